using ProcessingJob.Contract;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Models.Folders;

namespace ProcessingJob.Inference.Heads;

/// <summary>An output that is read as it is: logits of labels, of a text or of every token.</summary>
/// <param name="name">Name in the graph.</param>
/// <param name="output">What is in it.</param>
sealed class LogitsHead(string name, ModelOutput output) : OutputHead, IOutputReader
{
    public override ModelOutput Output => output;

    public override IReadOnlyList<string> Names { get; } = [name];

    /// <exception cref="PJobException">Model: the graph has no logits, or other labels than config.json.</exception>
    public static LogitsHead OfTexts(ModelFolder model, ModelSource file)
    {
        var (name, labels) = GraphOutputs.Labels(model, file);
        return new LogitsHead(name, new ModelOutput.RowVectors(labels));
    }

    /// <exception cref="PJobException">Model: the graph has no logits of tokens, or other labels than config.json.</exception>
    public static LogitsHead OfTokens(ModelFolder model, ModelSource file)
    {
        var (name, labels) = GraphOutputs.TokenLabels(model, file);
        return new LogitsHead(name, new ModelOutput.TokenLabels(labels));
    }

    public override long[] Shape(int rows, int length) => output.PerToken ? [rows, length, output.Width] : [rows, output.Width];

    public override IOutputReader CreateReader() => this;

    public void Read(in Batch batch, int output, ReadOnlySpan<float> values, Span<float> results) => values.CopyTo(results);
}
