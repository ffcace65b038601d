using System.Numerics.Tensors;
using ProcessingJob.Contract.Output;

namespace ProcessingJob.Inference.Heads;

/// <summary>Collects ranges over a sample of embeddings. Not thread-safe.</summary>
public sealed class RangesCollector(int dimensions)
{
    readonly float[] _min = Enumerable.Repeat(float.PositiveInfinity, dimensions).ToArray();
    readonly float[] _max = Enumerable.Repeat(float.NegativeInfinity, dimensions).ToArray();

    /// <summary>Embeddings seen; below 100 the ranges say little.</summary>
    public long Count { get; private set; }

    public void Add(ReadOnlySpan<float> embedding)
    {
        TensorPrimitives.Min(_min, embedding, _min);
        TensorPrimitives.Max(_max, embedding, _max);
        Count++;
    }

    public EmbeddingRanges ToRanges() =>
        Count > 0 ? new([.. _min], [.. _max]) : throw new InvalidOperationException("no embedding was added");
}
