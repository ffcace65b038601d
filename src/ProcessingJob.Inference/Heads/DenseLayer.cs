using System.Numerics.Tensors;
using ProcessingJob.Contract;

namespace ProcessingJob.Inference;

/// <summary>A sentence-transformers Dense module: activation(x · weightᵀ + bias).</summary>
sealed class DenseLayer
{
    /// <summary>Activations by the last part of PyTorch's class name.</summary>
    static readonly Dictionary<string, Func<float, float>> Activations = new(StringComparer.Ordinal)
    {
        ["Identity"] = x => x,
        ["Tanh"] = MathF.Tanh,
        ["ReLU"] = x => MathF.Max(0, x),
        ["Sigmoid"] = x => 1 / (1 + MathF.Exp(-x)),
        ["SiLU"] = x => x / (1 + MathF.Exp(-x)),
        ["GELU"] = x => (float)(0.5 * x * (1 + Erf(x / Math.Sqrt(2)))),
    };

    readonly float[] _weight;
    readonly float[]? _bias;
    readonly Func<float, float> _activation;

    DenseLayer(int inputs, int outputs, float[] weight, float[]? bias, string activationName)
    {
        (Inputs, Outputs, _weight, _bias, ActivationName) = (inputs, outputs, weight, bias, activationName);
        _activation = Activations[activationName];
    }

    public int Inputs { get; }

    public int Outputs { get; }

    public string ActivationName { get; }

    /// <summary>Reads config.json and model.safetensors of a module's folder.</summary>
    /// <exception cref="PJobException">Model: a file is missing or does not fit; weights that exist only as a pickle.</exception>
    public static DenseLayer Read(string folder)
    {
        var config = ModelJson.Read(System.IO.Path.Combine(folder, "config.json"));
        var inputs = config.Int("in_features") ?? throw config.Refuse("in_features is missing.");
        var outputs = config.Int("out_features") ?? throw config.Refuse("out_features is missing.");
        foreach (var key in (ReadOnlySpan<string>)["module_input_name", "module_output_name"])
        {
            if (config.Text(key) is { } name && name != "sentence_embedding")
            {
                throw config.Refuse($"{key} is {name}; only sentence_embedding is supported.");
            }
        }

        var activation = (config.Text("activation_function") ?? "torch.nn.modules.activation.Tanh").Split('.')[^1];
        if (!Activations.ContainsKey(activation))
        {
            throw config.Refuse($"activation_function {activation} is not known; known are {string.Join(", ", Activations.Keys)}.");
        }

        var path = System.IO.Path.Combine(folder, "model.safetensors");
        if (!File.Exists(path) && File.Exists(System.IO.Path.Combine(folder, "pytorch_model.bin")))
        {
            throw new PJobException(
                $"{folder} has its weights only in pytorch_model.bin. That is a pickle, which can run code when it is read, so it is never read: save the model again with safetensors.",
                ExitCode.Model
            );
        }

        var tensors = SafeTensors.Read(path);
        var weight = Tensor("linear.weight", outputs, inputs);
        var bias = config.Flag("bias") ?? true ? Tensor("linear.bias", outputs) : null;
        return new DenseLayer(inputs, outputs, weight, bias, activation);

        float[] Tensor(string name, params int[] shape) =>
            tensors.TryGetValue(name, out var tensor) && tensor.Shape.AsSpan().SequenceEqual(shape)
                ? tensor.Values
                : throw new PJobException(
                    $"{path}: expected {name} of shape [{string.Join(", ", shape)}], found {(tensor.Shape is null ? "none" : $"[{string.Join(", ", tensor.Shape)}]")}.",
                    ExitCode.Model
                );
    }

    public void Apply(ReadOnlySpan<float> input, Span<float> output)
    {
        for (var o = 0; o < Outputs; o++)
        {
            var sum = TensorPrimitives.Dot(input, _weight.AsSpan(o * Inputs, Inputs));
            output[o] = _activation(_bias is null ? sum : sum + _bias[o]);
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
