namespace ProcessingJob.Models.Configs;

enum Activation
{
    /// <summary>GELU by the error function (arxiv.org/abs/1606.08415).</summary>
    Gelu,

    /// <summary>GELU by tanh: gelu_new, gelu_pytorch_tanh.</summary>
    GeluTanh,

    Relu,

    /// <summary>x * sigmoid(x), also called swish.</summary>
    Silu,

    /// <summary>x * sigmoid(1.702 x).</summary>
    QuickGelu,

    Tanh,
}
