using System.Numerics.Tensors;
using ProcessingJob.Models.Folders;

namespace ProcessingJob.Inference.Heads;

/// <summary>Computes a <see cref="DenseModule"/>.</summary>
sealed class DenseLayer(DenseModule module)
{
    /// <summary>The function of each of <see cref="DenseModule.Activations"/>.</summary>
    static readonly Dictionary<string, Func<float, float>> Activations = new(StringComparer.Ordinal)
    {
        ["Identity"] = x => x,
        ["Tanh"] = MathF.Tanh,
        ["ReLU"] = x => MathF.Max(0, x),
        ["Sigmoid"] = x => 1 / (1 + MathF.Exp(-x)),
        ["SiLU"] = x => x / (1 + MathF.Exp(-x)),
        ["GELU"] = x => (float)(0.5 * x * (1 + Erf(x / Math.Sqrt(2)))),
    };

    readonly Func<float, float> _activation = Activations[module.Activation];

    public int Outputs => module.Outputs;

    public void Apply(ReadOnlySpan<float> input, Span<float> output)
    {
        for (var o = 0; o < Outputs; o++)
        {
            var sum = TensorPrimitives.Dot(input, module.Weight.AsSpan(o * module.Inputs, module.Inputs));
            output[o] = _activation(module.Bias is null ? sum : sum + module.Bias[o]);
        }
    }

    // Abramowitz and Stegun 7.1.26 is good to 1.5e-7 only; this is the series / continued fraction to double precision.
    static double Erf(double x)
    {
        var a = Math.Abs(x);
        if (a > 6)
        {
            return Math.Sign(x);
        }

        if (a < 3)
        {
            double term = a,
                sum = a;
            for (var n = 1; Math.Abs(term) > 1e-17 * Math.Abs(sum); n++)
            {
                term *= -a * a / n;
                sum += term / (2 * n + 1);
                if (n > 200)
                {
                    break;
                }
            }

            return Math.Sign(x) * sum * 2 / Math.Sqrt(Math.PI);
        }

        var fraction = 0.0;
        for (var k = 60; k >= 1; k--)
        {
            fraction = k / 2.0 / (a + fraction);
        }

        return Math.Sign(x) * (1 - Math.Exp(-a * a) / (a + fraction) / Math.Sqrt(Math.PI));
    }
}
