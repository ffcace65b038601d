using Microsoft.ML.OnnxRuntime;
using ProcessingJob.Contract;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Models.Folders;
using ProcessingJob.Models.Modules;

namespace ProcessingJob.Inference.Heads;

/// <summary>
/// A weight for every vocabulary entry, [batch, vocabulary]: of the graph itself, or of its logits of every token, which are then pooled
/// where they are.
/// </summary>
/// <param name="name">Name in the graph.</param>
/// <param name="size">Entries of the vocabulary.</param>
/// <param name="pooling">How logits are pooled; null: the graph has pooled them.</param>
sealed class SparseHead(string name, int size, SpladePoolingModule? pooling) : OutputHead, IOutputReader
{
    /// <summary>Bytes of the results of one batch: vocabularies have up to 250,000 entries.</summary>
    const int MostBytes = 64 << 20;

    public override ModelOutput Output { get; } = new ModelOutput.SparseRows(size);

    public override IReadOnlyList<string> Names { get; } = [name];

    public override int MostRows => Math.Max(1, MostBytes / sizeof(float) / size);

    public override bool NeedsDeviceGraph => pooling is not null;

    /// <exception cref="PJobException">Model: the graph has neither weights nor logits of the vocabulary.</exception>
    public static OutputHead Create(ModelFolder model, ModelSource file, EmbedOptions options)
    {
        var route = (SparseRoute)model.Work!;
        if (route.Dense is not null)
        {
            return new SparseVectorHead(EmbedHead.Create(model, file, new EmbedOptions { PromptTokens = options.PromptTokens }));
        }

        var (name, isPooled) = GraphOutputs.Sparse(model, file);
        return new SparseHead(
            name,
            model.VocabularySize ?? throw new PJobException($"{model.Path}: config.json names no vocab_size", ExitCode.Model),
            isPooled ? null : route.Pooling
        );
    }

    public override long[] Shape(int rows, int length) => [rows, size];

    public override IOutputReader CreateReader() => this;

    public void Read(in Batch batch, int output, ReadOnlySpan<float> values, Span<float> results) => values.CopyTo(results);

    public override byte[]? DeviceGraph(bool half) => pooling is null ? null : SpladeGraph.Build(pooling, size, half);

    public override IDeviceReader CreateDeviceReader(InferenceSession session, int capacity) =>
        new SpladeReader(session, pooling!, size, capacity, MostRows);
}

/// <summary>A vector of another head most of whose numbers are zero.</summary>
sealed class SparseVectorHead(OutputHead inner) : OutputHead
{
    public override ModelOutput Output { get; } = new ModelOutput.SparseRows(inner.Output.Width);

    public override IReadOnlyList<string> Names => inner.Names;

    public override long[] Shape(int rows, int length) => inner.Shape(rows, length);

    public override IOutputReader CreateReader() => inner.CreateReader();

    public override byte[]? DeviceGraph(bool half) => inner.DeviceGraph(half);

    public override IDeviceReader CreateDeviceReader(InferenceSession session, int capacity) => inner.CreateDeviceReader(session, capacity);
}
