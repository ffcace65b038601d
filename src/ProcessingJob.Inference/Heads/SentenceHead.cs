using ProcessingJob.Contract;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Models.Folders;

namespace ProcessingJob.Inference.Heads;

/// <summary>Embeddings of shape [batch, size]: the graph has pooled already.</summary>
/// <param name="plan">What is left to do.</param>
/// <param name="output">Name in the graph.</param>
/// <param name="size">Floats in the graph's output.</param>
sealed class SentenceHead(EmbedPlan plan, string output, int size) : OutputHead
{
    const string Pooled = "sentence_embedding";
    const string Pooler = "pooler_output";

    public override ModelOutput Output { get; } = new ModelOutput.RowVectors(plan.Width);

    public override IReadOnlyList<string> Names { get; } = [output];

    /// <summary>Whether the graph pools.</summary>
    public static bool IsIn(ModelSource file) => file.Outputs.Any(o => o.Name == Pooled);

    /// <exception cref="PJobException">Model: the graph has no embeddings, or another pooling was asked for.</exception>
    public static SentenceHead Create(ModelFolder model, ModelSource file, EmbedPlan plan, EmbedOptions options)
    {
        var outputs = file.Outputs;
        if (model.Route!.IsPooled && outputs.FirstOrDefault(o => o.Name == Pooler) is { } pooler)
        {
            return new SentenceHead(plan, pooler.Name, plan.EncoderWidth);
        }

        if (outputs.FirstOrDefault(o => o.Name == Pooled) is not { } pooled)
        {
            throw TaskHeads.Refuse(
                file,
                model.Route.IsPooled
                    ? $"task embed needs {Pooler} or {Pooled}"
                    : $"task embed needs last_hidden_state, token_embeddings or {Pooled}"
            );
        }

        if (options.Pooling is not null || plan.PromptTokens > 0)
        {
            throw new PJobException($"{file.Path} pools inside the graph: another pooling cannot be asked of it", ExitCode.Model);
        }

        var expected = model.Route.Width;
        if (pooled.Dimensions is [_, > 0 and var width] && width != expected)
        {
            throw new PJobException($"{file.Path}: {pooled.Name} is {width} wide, but the folder's files say {expected}", ExitCode.Model);
        }

        return new SentenceHead(plan.InsideTheGraph(expected), pooled.Name, expected);
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
