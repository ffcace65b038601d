using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace ProcessingJob.Inference;

/// <summary>All that is different on a GPU: whether there is one, and the provider's options.</summary>
static partial class CudaProvider
{
    /// <summary>Number of GPUs this process may use (CUDA_VISIBLE_DEVICES counts), with the reason when it is 0.</summary>
    public static (int Count, string Reason) Find()
    {
        OrtRuntime.Start();
        if (!OrtEnv.Instance().GetAvailableProviders().Contains("CUDAExecutionProvider"))
        {
            return (0, "this build has no CUDA provider");
        }
        // The driver is put into a container by the host; without it there is nothing to ask.
        if (!NativeLibrary.TryLoad("libcuda.so.1", out _))
        {
            return (0, "no NVIDIA driver (libcuda.so.1)");
        }

        var count = 0;
        var result = DriverStart(0);
        if (result == 0)
        {
            result = DriverDeviceCount(out count);
        }

        return result != 0 ? (0, $"the NVIDIA driver answers with error {result}")
            : count == 0 ? (0, "the NVIDIA driver shows no GPU")
            : (count, $"{count} GPU{(count == 1 ? "" : "s")} found");
    }

    public static void AppendTo(SessionOptions options, int deviceId, bool allowTf32)
    {
        using var cuda = new OrtCUDAProviderOptions();
        cuda.UpdateOptions(
            new Dictionary<string, string>
            {
                ["device_id"] = deviceId.ToString(),
                // The default doubles at every new high-water mark and never gives back.
                ["arena_extend_strategy"] = "kSameAsRequested",
                ["use_tf32"] = allowTf32 ? "1" : "0",
                ["do_copy_in_default_stream"] = "1",
                // There are no convolutions: no search for the fastest one.
                ["cudnn_conv_algo_search"] = "HEURISTIC",
            }
        );
        options.AppendExecutionProvider_CUDA(cuda);
    }

    /// <summary>Where tensors that stay on the GPU live.</summary>
    public static OrtMemoryInfo Memory(int deviceId) =>
        new(OrtMemoryInfo.allocatorCUDA, OrtAllocatorType.ArenaAllocator, deviceId, OrtMemType.Default);

    [LibraryImport("libcuda.so.1", EntryPoint = "cuInit")]
    private static partial int DriverStart(uint flags);

    [LibraryImport("libcuda.so.1", EntryPoint = "cuDeviceGetCount")]
    private static partial int DriverDeviceCount(out int count);
}
