using ProcessingJob.Contract;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Models.Folders;

namespace ProcessingJob.Inference.Heads;

/// <summary>Start and end logits, each of shape [batch, tokens].</summary>
sealed class AnswerHead : OutputHead, IOutputReader
{
    public override ModelOutput Output { get; } = new ModelOutput.Spans();

    public override IReadOnlyList<string> Names { get; } = [GraphOutputs.StartLogits, GraphOutputs.EndLogits];

    /// <exception cref="PJobException">Model: the graph has no such outputs.</exception>
    public static AnswerHead Create(ModelSource file)
    {
        GraphOutputs.RequireSpans(file);
        return new AnswerHead();
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
