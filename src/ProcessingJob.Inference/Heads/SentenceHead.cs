using ProcessingJob.Contract.Output;
using ProcessingJob.Inference.Devices;

namespace ProcessingJob.Inference.Heads;

/// <summary>Embeddings of shape [batch, size]: the graph has pooled already.</summary>
/// <param name="plan">What is left to do.</param>
/// <param name="output">Name in the graph.</param>
/// <param name="size">Floats in the graph's output.</param>
sealed class SentenceHead(EmbedPlan plan, string output, int size) : OutputHead
{
    public override ResolvedSettings Settings => plan.Settings;

    public override ModelOutput Output { get; } = new ModelOutput.RowVectors(plan.Width);

    public override IReadOnlyList<string> Names { get; } = [output];

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
