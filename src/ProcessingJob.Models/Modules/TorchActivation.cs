using ProcessingJob.Contract;

namespace ProcessingJob.Models.Modules;

/// <summary>Functions that PyTorch's classes of the same name compute when they are made without arguments.</summary>
public enum TorchActivation
{
    Identity,
    Tanh,
    Sigmoid,
    ReLU,
    ReLU6,

    /// <summary>By the error function.</summary>
    GELU,
    SiLU,
    Mish,

    /// <summary>Slope 0.01.</summary>
    LeakyReLU,

    /// <summary>Alpha 1.</summary>
    ELU,
    SELU,
    Softplus,

    /// <summary>Over the whole vector.</summary>
    Softmax,
}

static class TorchActivations
{
    const string Trusted = "torch.";

    /// <summary>Reads a full class name such as <c>torch.nn.modules.activation.Tanh</c>.</summary>
    /// <returns>Null for a class outside torch, which sentence-transformers does not load either.</returns>
    /// <exception cref="PJobException">Model: a class of torch that is not known here.</exception>
    public static TorchActivation? Parse(string className, Func<string, PJobException> refuse)
    {
        if (!className.StartsWith(Trusted, StringComparison.Ordinal))
        {
            return null;
        }

        var name = className[(className.LastIndexOf('.') + 1)..];
        return Enum.TryParse<TorchActivation>(name, out var activation) && Enum.GetName(activation) == name
            ? activation
            : throw refuse(
                $"the activation {className} is not known, known are {string.Join(", ", Enum.GetNames<TorchActivation>())} of torch"
            );
    }
}
