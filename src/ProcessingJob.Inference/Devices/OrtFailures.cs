using Microsoft.ML.OnnxRuntime;
using ProcessingJob.Contract;

namespace ProcessingJob.Inference;

/// <summary>What a failed Run means. ONNX Runtime has no code for it, so its words decide.</summary>
static class OrtFailures
{
    static readonly string[] MemoryWords =
    [
        "Failed to allocate memory", "bad allocation", "bad_alloc", "out of memory", "Available memory of", "CUBLAS_STATUS_ALLOC_FAILED",
        "CUDNN_STATUS_ALLOC_FAILED", "cudaErrorMemoryAllocation",
    ];

    /// <summary>The caller's own fault: no new session would help.</summary>
    static readonly string[] InputWords = ["[ErrorCode:InvalidArgument]", "indices element out of data bounds", "out of bounds", "[ErrorCode:NotImplemented]"];

    public static Exception Translate(OnnxRuntimeException e, string device, string file) =>
        MemoryWords.Any(w => e.Message.Contains(w, StringComparison.OrdinalIgnoreCase)) ? new DeviceMemoryException($"{device}: {e.Message}", e)
        : InputWords.Any(w => e.Message.Contains(w, StringComparison.OrdinalIgnoreCase))
            ? new PJobException($"{file}: ONNX Runtime refuses the tokens: {e.Message}. Do tokenizer and model belong together?", ExitCode.Model, e)
        : new DeviceLostException($"{device}: {e.Message}", e);
}
