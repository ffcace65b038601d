using ProcessingJob.Contract;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Models.Folders;

namespace ProcessingJob.Inference.Heads;

/// <summary>Logits of shape [batch, labels].</summary>
/// <param name="name">Name in the graph.</param>
/// <param name="labels">Columns.</param>
sealed class ClassifyHead(string name, int labels) : OutputHead, IOutputReader
{
    public override ModelOutput Output { get; } = new ModelOutput.RowVectors(labels);

    public override IReadOnlyList<string> Names { get; } = [name];

    /// <exception cref="PJobException">Model: the graph has no logits, or other labels than config.json.</exception>
    public static ClassifyHead Create(ModelFolder model, ModelSource file)
    {
        var (name, labels) = GraphOutputs.Labels(model, file);
        return new ClassifyHead(name, labels);
    }

    public override long[] Shape(int rows, int length) => [rows, labels];

    public override IOutputReader CreateReader() => this;

    public void Read(in Batch batch, int output, ReadOnlySpan<float> values, Span<float> results) => values.CopyTo(results);
}
