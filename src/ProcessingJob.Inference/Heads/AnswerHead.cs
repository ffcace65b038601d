using ProcessingJob.Contract;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Models.Folders;

namespace ProcessingJob.Inference.Heads;

/// <summary>Start and end logits, each of shape [batch, tokens].</summary>
/// <param name="start">Name of the output with the start logits.</param>
/// <param name="end">Name of the output with the end logits.</param>
sealed class AnswerHead(string start, string end) : OutputHead, IOutputReader
{
    public override ModelOutput Output { get; } = new ModelOutput.Spans();

    public override IReadOnlyList<string> Names { get; } = [start, end];

    /// <exception cref="PJobException">Model: the graph has no such outputs.</exception>
    public static AnswerHead Create(ModelFolder model, ModelSource file)
    {
        var (start, end) = GraphOutputs.Spans(model, file);
        return new AnswerHead(start, end);
    }

    public override long[] Shape(int rows, int length) => [rows, length];

    public override IOutputReader CreateReader() => this;

    public void Read(in Batch batch, int output, ReadOnlySpan<float> values, Span<float> results)
    {
        for (var r = 0; r < batch.Rows; r++)
        {
            values.Slice(r * batch.Length, batch.Length).CopyTo(results[((Names.Count * r + output) * batch.Length)..]);
        }
    }
}
