using Microsoft.ML.OnnxRuntime;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Inference.Devices;

/// <summary>All that is different on a GPU: whether there is one, and the provider's options.</summary>
static class CudaProvider
{
    public const string ProviderName = ComputeRecord.Cuda;

    public static readonly DeviceProfile Profile = new()
    {
        Kind = DeviceKind.Cuda,
        Provider = ProviderName,
        Find = Find,
        MemoryBytes = id => DeviceCheck.Look().Gpus[id].MemoryBytes,
        NameOf = id => $"cuda:{id}",
        Describe = (gpus, threads, _) => $"cuda: {gpus} GPU{(gpus == 1 ? "" : "s")} x {threads} threads",
        // Enough to fill a GPU.
        TokenBudget = 16_384,
        TuneBudgets = [2048, 4096, 8192, 16_384, 32_768, 65_536],
        BlockRows = 16_384,
        // One fills the next batch while the other waits for the GPU.
        Threads = _ => 2,
        // The arena keeps memory for every shape that has occurred.
        FewShapes = true,
        ReadOnDevice = true,
        CheckAtStart = true,
        WeightsInPlace = false,
        NoCpuFallback = true,
        Revives = false,
        // It would hold memory for every shape.
        MemoryPattern = false,
        Append = Append,
        Memory = Memory,
    };

    /// <summary>Number of GPUs this process may use (CUDA_VISIBLE_DEVICES counts), with the reason when it is 0.</summary>
    static (int Count, string Reason) Find()
    {
        var host = DeviceCheck.Look();
        return CudaCheck.Reason(host) is { } reason ? (0, reason) : (host.Gpus.Count, host.ToFacts().ToString());
    }

    static void Append(SessionOptions options, int deviceId)
    {
        using var cuda = new OrtCUDAProviderOptions();
        cuda.UpdateOptions(
            new Dictionary<string, string>
            {
                ["device_id"] = deviceId.ToString(),
                // The default doubles at every new high-water mark and never gives back.
                ["arena_extend_strategy"] = "kSameAsRequested",
                // Three decimal digits would be lost.
                ["use_tf32"] = "0",
                ["do_copy_in_default_stream"] = "1",
                // There are no convolutions: no search for the fastest one.
                ["cudnn_conv_algo_search"] = "HEURISTIC",
            }
        );
        options.AppendExecutionProvider_CUDA(cuda);
    }

    /// <summary>Where tensors that stay on the GPU live.</summary>
    static OrtMemoryInfo Memory(int deviceId) =>
        new(OrtMemoryInfo.allocatorCUDA, OrtAllocatorType.ArenaAllocator, deviceId, OrtMemType.Default);
}
