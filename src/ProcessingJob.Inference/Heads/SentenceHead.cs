using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Models.Folders;
using ProcessingJob.Models.Onnx;

namespace ProcessingJob.Inference.Heads;

/// <summary>Embeddings of shape [batch, size]: the graph has pooled already.</summary>
/// <param name="plan">What is left to do.</param>
/// <param name="output">Name in the graph.</param>
/// <param name="size">Floats in the graph's output.</param>
sealed class SentenceHead(EmbedPlan plan, string output, int size) : OutputHead
{
    const string Pooled = "sentence_embedding";
    const string Projected = "text_embeds";
    const string Pooler = "pooler_output";

    public override ResolvedSettings Settings => plan.Settings;

    public override ModelOutput Output { get; } = new ModelOutput.RowVectors(plan.Width);

    public override IReadOnlyList<string> Names { get; } = [output];

    /// <summary>Whether the graph pools.</summary>
    public static bool IsIn(ModelSource file) => PooledIn(file) is not null;

    /// <summary>By name, or the only output where it is one vector a text of an unusual name.</summary>
    static GraphValue? PooledIn(ModelSource file) =>
        file.Outputs.FirstOrDefault(o => o.Name is Pooled or Projected)
        ?? (file.Outputs is [{ Dimensions: [_, _], Name: not (Pooler or TaskHeads.Logits) } only] ? only : null);

    /// <exception cref="PJobException">Model: the graph has no embeddings, or another pooling was asked for.</exception>
    public static SentenceHead Create(ModelFolder model, ModelSource file, EmbedPlan plan, EmbedOptions options)
    {
        var outputs = file.Outputs;
        if (model.Route!.IsPooled && outputs.FirstOrDefault(o => o.Name == Pooler) is { } pooler)
        {
            return new SentenceHead(plan, pooler.Name, plan.EncoderWidth);
        }

        return PooledIn(file) is { } pooled
            ? Of(model, file, pooled, plan, options)
            : throw TaskHeads.Refuse(
                file,
                (
                    model.Route.IsPooled
                        ? $"task embed needs {Pooler} or {Pooled}"
                        : $"task embed needs last_hidden_state, token_embeddings or {Pooled}"
                ) + ", or compute.outputs with its name"
            );
    }

    /// <summary>For an output that holds one vector a text.</summary>
    /// <exception cref="PJobException">Model: another pooling was asked for, or the width is none that the folder can have.</exception>
    public static SentenceHead Of(ModelFolder model, ModelSource file, GraphValue pooled, EmbedPlan plan, EmbedOptions options)
    {
        if (options.Pooling is not null || plan.PromptTokens > 0)
        {
            throw new PJobException($"{file.Path} pools inside the graph: another pooling cannot be asked of it", ExitCode.Model);
        }

        var width = (int)OutputProbe.Shape(model, file, pooled)[^1];
        var expected = model.Route!.Width;
        // A projection has a width of its own. The modules of a folder that lists them, and a graph's only output, say the folder's.
        var isProjection =
            !model.Sentence!.HasModules
            && (
                pooled.Name != Pooled
                || model.Outputs.Count > 0
                || EmbedHead.TokensIn(file)?.Dimensions is [_, _, var hidden] && hidden == model.HiddenSize
            );
        return width == expected || isProjection
            ? new SentenceHead(plan.InsideTheGraph(width, options), pooled.Name, width)
            : throw new PJobException(
                $"{file.Path}: {pooled.Name} is {width} wide, but the folder's files say {expected}; fix: where that is meant, name it as compute.outputs",
                ExitCode.Model
            );
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
