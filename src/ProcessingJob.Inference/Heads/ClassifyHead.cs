using ProcessingJob.Contract;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Models.Folders;

namespace ProcessingJob.Inference.Heads;

/// <summary>Logits of shape [batch, labels].</summary>
sealed class ClassifyHead(int labels) : OutputHead, IOutputReader
{
    const string Logits = "logits";

    public override ModelOutput Output { get; } = new ModelOutput.RowVectors(labels);

    public override IReadOnlyList<string> Names { get; } = [Logits];

    /// <exception cref="PJobException">Model: the graph has no logits, or other labels than config.json.</exception>
    public static ClassifyHead Create(ModelFolder model, ModelSource file)
    {
        var logits = file.Outputs.FirstOrDefault(o => o.Name == Logits) ?? throw TaskHeads.Refuse(file, $"task classify needs {Logits}");
        var labels = logits.Dimensions is [_, > 0 and var fixedLabels] ? (int)fixedLabels : model.Labels.Count;
        return labels == model.Labels.Count
            ? new ClassifyHead(labels)
            : throw TaskHeads.Refuse(file, $"{Logits} has {labels} columns, but config.json names {model.Labels.Count} labels");
    }

    public override long[] Shape(int rows, int length) => [rows, labels];

    public override IOutputReader CreateReader() => this;

    public void Read(in Batch batch, int output, ReadOnlySpan<float> values, Span<float> results) => values.CopyTo(results);
}
