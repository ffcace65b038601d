namespace ProcessingJob.Contract.Output;

/// <summary>How numbers were made: the same bytes are promised where these are the same, on CPUs of one instruction set.</summary>
/// <param name="Provider">ONNX Runtime's execution provider; none: a table of tokens.</param>
/// <param name="Precision">Of the graph: float32, float16, bfloat16, weight_only, quantized_static, quantized_dynamic.</param>
/// <param name="Fused">Whether attention is one operator a layer.</param>
public sealed record ComputeRecord(string Provider, string Precision, bool Fused)
{
    /// <summary>No graph is run.</summary>
    public const string NoProvider = "none";

    /// <summary>The provider on NVIDIA's GPUs.</summary>
    public const string Cuda = "CUDAExecutionProvider";

    public override string ToString() => $"{Provider}, {Precision}, attention {(Fused ? "fused" : "not fused")}";
}
