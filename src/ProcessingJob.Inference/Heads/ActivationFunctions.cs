using System.Numerics.Tensors;
using ProcessingJob.Models.Modules;

namespace ProcessingJob.Inference.Heads;

/// <summary>
/// Computes <see cref="TorchActivation"/>s as PyTorch's classes made without arguments do (docs.pytorch.org/docs/stable/nn.html).
/// </summary>
static class ActivationFunctions
{
    const double SeluScale = 1.0507009873554804934193349852946;
    const double SeluAlpha = 1.6732632423543772848170429916717;

    /// <summary>Above it PyTorch's Softplus is the identity.</summary>
    const float SoftplusThreshold = 20;

    /// <summary>Replaces the values.</summary>
    public static void Apply(TorchActivation activation, Span<float> values)
    {
        if (activation == TorchActivation.Softmax)
        {
            Softmax(values);
            return;
        }

        if (activation == TorchActivation.Identity)
        {
            return;
        }

        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Of(activation, values[i]);
        }
    }

    static float Of(TorchActivation activation, float x) =>
        activation switch
        {
            TorchActivation.Tanh => MathF.Tanh(x),
            TorchActivation.Sigmoid => (float)Sigmoid(x),
            TorchActivation.ReLU => MathF.Max(0, x),
            TorchActivation.ReLU6 => Math.Clamp(x, 0, 6),
            TorchActivation.GELU => (float)(0.5 * x * (1 + ErrorFunction.Erf(x / Math.Sqrt(2)))),
            TorchActivation.SiLU => (float)(x * Sigmoid(x)),
            TorchActivation.Mish => (float)(x * Math.Tanh(Softplus(x))),
            TorchActivation.LeakyReLU => x >= 0 ? x : 0.01f * x,
            TorchActivation.ELU => x > 0 ? x : (float)(Math.Exp(x) - 1),
            TorchActivation.SELU => (float)(SeluScale * (x > 0 ? x : SeluAlpha * (Math.Exp(x) - 1))),
            TorchActivation.Softplus => (float)Softplus(x),
            _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "not a function of one value"),
        };

    static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    static double Softplus(double x) => x > SoftplusThreshold ? x : Math.Log(1 + Math.Exp(x));

    static void Softmax(Span<float> values)
    {
        var (max, sum) = (TensorPrimitives.Max<float>(values), 0.0);
        foreach (var value in values)
        {
            sum += Math.Exp((double)value - max);
        }

        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)(Math.Exp((double)values[i] - max) / sum);
        }
    }
}
