using ProcessingJob.Contract;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Models.Folders;

namespace ProcessingJob.Inference.Heads;

/// <summary>Logits of shape [batch, labels].</summary>
/// <param name="name">Name in the graph.</param>
/// <param name="labels">Columns.</param>
sealed class ClassifyHead(string name, int labels) : OutputHead, IOutputReader
{
    /// <summary>Operators that make probabilities of logits.</summary>
    static readonly string[] Probabilities = ["Softmax", "LogSoftmax", "Sigmoid"];

    public override ModelOutput Output { get; } = new ModelOutput.RowVectors(labels);

    public override IReadOnlyList<string> Names { get; } = [name];

    /// <exception cref="PJobException">Model: the graph has no logits, or other labels than config.json.</exception>
    public static ClassifyHead Create(ModelFolder model, ModelSource file)
    {
        var logits =
            TaskHeads.Asked(model, file)
            ?? file.Outputs.FirstOrDefault(o => o.Name == TaskHeads.Logits)
            ?? (file.Outputs is [{ Dimensions: [_, _] } only] ? only : null)
            ?? throw TaskHeads.Refuse(file, $"task classify needs {TaskHeads.Logits}, or compute.outputs with their name");
        if (file is OnnxSource onnx && Probabilities.Contains(onnx.Summary.OutputOperators[logits.Name]))
        {
            throw TaskHeads.Refuse(
                file,
                $"{logits.Name} comes out of {onnx.Summary.OutputOperators[logits.Name]}: it is no logits, and another activation on it would be wrong; fix: export the model without it"
            );
        }

        var labels = logits.Dimensions is [_, > 0 and var fixedLabels] ? (int)fixedLabels : model.Labels.Count;
        return labels == model.Labels.Count
            ? new ClassifyHead(logits.Name, labels)
            : throw TaskHeads.Refuse(file, $"{logits.Name} has {labels} columns, but config.json names {model.Labels.Count} labels");
    }

    public override long[] Shape(int rows, int length) => [rows, labels];

    public override IOutputReader CreateReader() => this;

    public void Read(in Batch batch, int output, ReadOnlySpan<float> values, Span<float> results) => values.CopyTo(results);
}
