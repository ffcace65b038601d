using Microsoft.ML.OnnxRuntime;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Inference.Devices;

/// <summary>The processor's cores as one device.</summary>
static class CpuProvider
{
    public static readonly DeviceProfile Profile = new()
    {
        Kind = DeviceKind.Cpu,
        Provider = "CPUExecutionProvider",
        Find = () => (1, "one processor"),
        MemoryBytes = _ => null,
        NameOf = _ => "cpu",
        Describe = (_, threads, perCall) =>
            $"cpu: {threads} thread{(threads == 1 ? "" : "s")}{(perCall == 1 ? "" : $" x {perCall} inside a call")}",
        // Nearly flat from 256 to 640: small batches have the least padding, and what they give stays in the cache until it is pooled.
        TokenBudget = 384,
        TuneBudgets = [128, 256, 384, 512, 1024, 2048, 4096],
        BlockRows = 1024,
        // ProcessorCount is what affinity and the container's quota leave, not the host's number.
        Threads = perCall => Math.Max(1, Environment.ProcessorCount / perCall),
        FewShapes = false,
        ReadOnDevice = false,
        CheckAtStart = false,
        WeightsInPlace = true,
        NoCpuFallback = false,
        Revives = true,
        // Turning it off costs 2 to 10 %.
        MemoryPattern = true,
        Append = (_, _) => { },
        Memory = _ => OrtMemoryInfo.DefaultInstance,
    };
}
