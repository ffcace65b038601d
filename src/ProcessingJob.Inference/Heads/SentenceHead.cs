using ProcessingJob.Contract;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Models.Folders;

namespace ProcessingJob.Inference.Heads;

/// <summary>Embeddings of shape [batch, size]: the graph has pooled already, as modules.json says.</summary>
/// <param name="plan">What is left to do; the Dense modules are inside the graph too.</param>
/// <param name="output">Name in the graph.</param>
/// <param name="size">Floats in the graph's output.</param>
sealed class SentenceHead(EmbedPlan plan, string output, int size) : OutputHead
{
    const string Pooled = "sentence_embedding";

    public override ModelOutput Output { get; } = new ModelOutput.RowVectors(plan.Width);

    public override IReadOnlyList<string> Names { get; } = [output];

    /// <exception cref="PJobException">Model: the graph has no embeddings, or another pooling was asked for.</exception>
    public static SentenceHead Create(ModelFolder model, OnnxCandidate file, EmbedPlan plan, EmbedOptions options)
    {
        var outputs = file.Summary.Outputs;
        if (outputs.FirstOrDefault(o => o.Name == Pooled) is not { } pooled)
        {
            throw new PJobException(
                $"{file.Path}: task embed needs last_hidden_state, token_embeddings or {Pooled}; the graph's outputs are {string.Join(", ", outputs.Select(o => o.Name))}",
                ExitCode.Model
            );
        }

        if ((options.Pooling is { } asked && asked != model.Pooling) || plan.PromptTokens > 0)
        {
            throw new PJobException($"{file.Path} pools inside the graph: another pooling cannot be asked of it", ExitCode.Model);
        }

        if (pooled.Dimensions is [_, > 0 and var width] && width != model.EmbeddingSize)
        {
            throw new PJobException(
                $"{file.Path}: {pooled.Name} is {width} wide, but the folder's files say {model.EmbeddingSize}",
                ExitCode.Model
            );
        }

        return new SentenceHead(plan with { Dense = [] }, pooled.Name, model.EmbeddingSize);
    }

    public override long[] Shape(int rows, int length) => [rows, size];

    public override IOutputReader CreateReader() => new Reader(plan, size);

    sealed class Reader(EmbedPlan plan, int size) : IOutputReader
    {
        readonly EmbedFinish _finish = new(plan);

        public void Read(in Batch batch, int output, ReadOnlySpan<float> values, Span<float> results)
        {
            for (var r = 0; r < batch.Rows; r++)
            {
                _finish.Apply(values.Slice(r * size, size), results.Slice(r * plan.Width, plan.Width));
            }
        }
    }
}
