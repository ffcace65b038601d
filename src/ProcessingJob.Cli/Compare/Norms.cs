using System.Numerics.Tensors;

namespace ProcessingJob.Cli.Compare;

/// <summary>Lengths of an output's vectors.</summary>
sealed class Norms
{
    double _sum,
        _min = double.MaxValue,
        _max;
    long _count;

    public NormStatistics? Statistics => _count == 0 ? null : new(_sum / _count, _min, _max);

    public void Add(ReadOnlySpan<float> vector)
    {
        var norm = TensorPrimitives.Norm(vector);
        _sum += norm;
        (_min, _max, _count) = (Math.Min(_min, norm), Math.Max(_max, norm), _count + 1);
    }
}
