using System.Numerics.Tensors;
using ProcessingJob.Models.Modules;

namespace ProcessingJob.Inference.Heads;

/// <summary>Something done to one vector: to a text's, or to every token's. Immutable.</summary>
abstract class VectorStage
{
    /// <summary>Floats of the result for so many floats.</summary>
    public virtual int Outputs(int inputs) => inputs;

    /// <param name="x">The vector.</param>
    /// <param name="y">As many floats as <see cref="Outputs"/> says, overwritten; may be the same memory where their number is the same
    /// and the stage is no Dense.</param>
    public abstract void Apply(ReadOnlySpan<float> x, Span<float> y);

    public static VectorStage Of(SentenceModule module) =>
        module switch
        {
            DenseModule dense => new DenseStage(dense),
            LayerNormModule norm => new LayerNormStage(norm),
            NormalizeModule => NormalizeStage.Instance,
            SparseAutoEncoderModule coder => new SparseAutoEncoderStage(coder),
            _ => throw new ArgumentException($"{module.Name} is not computed on vectors", nameof(module)),
        };
}

/// <summary>activation(x · weightᵀ + bias), plus the residual.</summary>
sealed class DenseStage(DenseModule module) : VectorStage
{
    public override int Outputs(int inputs) => module.Outputs;

    public override void Apply(ReadOnlySpan<float> x, Span<float> y)
    {
        var width = module.Inputs;
        for (var o = 0; o < y.Length; o++)
        {
            y[o] = TensorPrimitives.Dot(x, module.Weight.AsSpan(o * width, width));
        }

        if (module.Bias is { } bias)
        {
            TensorPrimitives.Add(y, bias, y);
        }

        ActivationFunctions.Apply(module.Activation, y);
        if (!module.Residual)
        {
            return;
        }

        if (module.ResidualWeight is not { } residual)
        {
            TensorPrimitives.Add(y, x, y);
            return;
        }

        for (var o = 0; o < y.Length; o++)
        {
            y[o] += TensorPrimitives.Dot(x, residual.AsSpan(o * width, width));
        }
    }
}

/// <summary>(x - mean) / sqrt(variance + eps) · weight + bias.</summary>
sealed class LayerNormStage(LayerNormModule module) : VectorStage
{
    public override void Apply(ReadOnlySpan<float> x, Span<float> y)
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

        TensorPrimitives.Subtract(x, (float)mean, y);
        TensorPrimitives.Multiply(y, (float)(1 / Math.Sqrt(squares / x.Length + LayerNormModule.Epsilon)), y);
        TensorPrimitives.MultiplyAdd(y, module.Weight, module.Bias, y);
    }
}

/// <summary>Divides by the Euclidean length, which is taken as 1e-12 at least.</summary>
sealed class NormalizeStage : VectorStage
{
    const float LeastLength = 1e-12f;

    public static readonly NormalizeStage Instance = new();

    public override void Apply(ReadOnlySpan<float> x, Span<float> y) =>
        TensorPrimitives.Divide(x, MathF.Max(TensorPrimitives.Norm(x), LeastLength), y);
}
