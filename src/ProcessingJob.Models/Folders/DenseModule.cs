using ProcessingJob.Contract;

namespace ProcessingJob.Models.Folders;

/// <summary>A sentence-transformers Dense module: activation(x · weightᵀ + bias).</summary>
/// <param name="Inputs">Floats in.</param>
/// <param name="Outputs">Floats out.</param>
/// <param name="Weight">Outputs x inputs, row by row.</param>
/// <param name="Bias">One per output; null: none.</param>
/// <param name="Activation">One of <see cref="Activations"/>.</param>
public sealed record DenseModule(int Inputs, int Outputs, float[] Weight, float[]? Bias, string Activation)
{
    /// <summary>Activations that are known, by the last part of PyTorch's class name.</summary>
    public static readonly IReadOnlyList<string> Activations = ["Identity", "Tanh", "ReLU", "Sigmoid", "SiLU", "GELU"];

    /// <summary>Reads config.json and model.safetensors of a module's folder.</summary>
    /// <exception cref="PJobException">Model: a file is missing or does not fit; weights that exist only as a pickle.</exception>
    public static DenseModule Read(string folder)
    {
        var config = ModelJson.Read(System.IO.Path.Combine(folder, "config.json"));
        var inputs = config.Int("in_features") ?? throw config.Refuse("in_features is missing");
        var outputs = config.Int("out_features") ?? throw config.Refuse("out_features is missing");
        foreach (var key in (ReadOnlySpan<string>)["module_input_name", "module_output_name"])
        {
            if (config.Text(key) is { } name && name != "sentence_embedding")
            {
                throw config.Refuse($"{key} is {name}; only sentence_embedding is supported");
            }
        }

        var activation = (config.Text("activation_function") ?? "torch.nn.modules.activation.Tanh").Split('.')[^1];
        if (!Activations.Contains(activation))
        {
            throw config.Refuse($"activation_function {activation} is not known; known are {string.Join(", ", Activations)}");
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
        return new DenseModule(inputs, outputs, weight, bias, activation);

        float[] Tensor(string name, params int[] shape) =>
            tensors.TryGetValue(name, out var tensor) && tensor.Shape.AsSpan().SequenceEqual(shape)
                ? tensor.Values
                : throw new PJobException(
                    $"{path}: expected {name} of shape [{string.Join(", ", shape)}], found {(tensor.Shape is null ? "none" : $"[{string.Join(", ", tensor.Shape)}]")}",
                    ExitCode.Model
                );
    }
}
