using Microsoft.ML.OnnxRuntime;
using ProcessingJob.Contract;

namespace ProcessingJob.Inference.Devices;

/// <summary>What a failed Run means. ONNX Runtime has no code for it, so its words decide.</summary>
static class OrtFailures
{
    static readonly string[] MemoryWords =
    [
        "Failed to allocate memory",
        "bad allocation",
        "bad_alloc",
        "out of memory",
        "Available memory of",
        "CUBLAS_STATUS_ALLOC_FAILED",
        "CUDNN_STATUS_ALLOC_FAILED",
        "cudaErrorMemoryAllocation",
    ];

    /// <summary>Ids beyond the embedding table.</summary>
    static readonly string[] TokenWords = ["out of data bounds", "out of bounds"];

    /// <summary>The model's own fault: no new session would help.</summary>
    static readonly string[] GraphWords = ["[ErrorCode:InvalidArgument]", "[ErrorCode:NotImplemented]"];

    public static Exception Translate(OnnxRuntimeException e, string device, string file) =>
        IsMemory(e) ? new DeviceMemoryException($"{device}: {e.Message}", e)
        : Has(e, TokenWords)
            ? new PJobException(
                $"{file}: ONNX Runtime refuses the tokens: {OneLine(e)}; fix: take the tokenizer that the model was made with",
                ExitCode.Model,
                e
            )
        : Has(e, GraphWords)
            ? new PJobException(
                $"{file}: ONNX Runtime refuses the batch's shape or types: {OneLine(e)}; "
                    + "fix: take the config.json that the graph was made with",
                ExitCode.Model,
                e
            )
        : new DeviceLostException($"{device}: {e.Message}", e);

    public static bool IsMemory(OnnxRuntimeException e) => Has(e, MemoryWords);

    static bool Has(OnnxRuntimeException e, string[] words) => words.Any(w => e.Message.Contains(w, StringComparison.OrdinalIgnoreCase));

    /// <summary>Its message in one line, without a period at the end.</summary>
    public static string OneLine(OnnxRuntimeException e) =>
        string.Join(' ', e.Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).TrimEnd('.');
}
