using System.Numerics.Tensors;
using ProcessingJob.Models.Modules;

namespace ProcessingJob.Inference.Heads;

/// <summary>
/// relu((x - preBias) · encoderᵀ + latentBias), of x standardized first where the module says so. Which of the positive numbers are kept is
/// decided where rows are written: the largest before relu are the largest after it.
/// </summary>
sealed class SparseAutoEncoderStage(SparseAutoEncoderModule module) : VectorStage
{
    const float Epsilon = 1e-5f;

    public override int Outputs(int inputs) => module.Hidden;

    public override void Apply(ReadOnlySpan<float> x, Span<float> y)
    {
        var centered = x.Length <= 4096 ? stackalloc float[x.Length] : new float[x.Length];
        if (module.Normalize)
        {
            Standardize(x, centered);
        }
        else
        {
            x.CopyTo(centered);
        }

        TensorPrimitives.Subtract(centered, module.PreBias, centered);
        for (var o = 0; o < y.Length; o++)
        {
            y[o] = TensorPrimitives.Dot(centered, module.Encoder.AsSpan(o * x.Length, x.Length));
        }

        TensorPrimitives.Add(y, module.LatentBias, y);
        TensorPrimitives.Max(y, 0, y);
    }

    /// <summary>By the mean, and the deviation over n - 1.</summary>
    static void Standardize(ReadOnlySpan<float> x, Span<float> y)
    {
        var (sum, squares) = (0.0, 0.0);
        foreach (var value in x)
        {
            sum += value;
        }

        var mean = sum / x.Length;
        foreach (var value in x)
        {
            squares += (value - mean) * (value - mean);
        }

        var deviation = (float)Math.Sqrt(squares / (x.Length - 1)) + Epsilon;
        TensorPrimitives.Subtract(x, (float)mean, y);
        TensorPrimitives.Divide(y, deviation, y);
    }
}
