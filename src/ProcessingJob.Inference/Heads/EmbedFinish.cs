using System.Numerics.Tensors;

namespace ProcessingJob.Inference.Heads;

/// <summary>What follows pooling: Dense modules, truncation, then normalisation. One per thread.</summary>
sealed class EmbedFinish(EmbedPlan plan)
{
    readonly float[] _front = new float[Widest(plan)];
    readonly float[] _back = new float[Widest(plan)];

    /// <param name="pooled"><see cref="EmbedPlan.PooledSize"/> floats.</param>
    /// <param name="result"><see cref="EmbedPlan.Width"/> floats, overwritten.</param>
    public void Apply(ReadOnlySpan<float> pooled, Span<float> result)
    {
        var (target, other) = (_front, _back);
        foreach (var layer in plan.Dense)
        {
            layer.Apply(pooled, target);
            pooled = target.AsSpan(0, layer.Outputs);
            (target, other) = (other, target);
        }

        pooled[..plan.Width].CopyTo(result);
        if (plan.Normalize)
        {
            Normalize(result);
        }
    }

    /// <summary>Divides by the Euclidean length, which is taken as 1e-12 at least.</summary>
    public static void Normalize(Span<float> vector) =>
        TensorPrimitives.Divide(vector, MathF.Max(TensorPrimitives.Norm<float>(vector), 1e-12f), vector);

    static int Widest(EmbedPlan plan) => plan.Dense.Select(d => d.Outputs).DefaultIfEmpty(0).Max();
}
