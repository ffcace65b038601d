using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace ProcessingJob.Inference.Devices;

/// <summary>How a session is opened.</summary>
sealed record OrtSettings
{
    public required DeviceProfile Profile { get; init; }

    /// <summary>The device's number.</summary>
    public int DeviceId { get; init; }

    /// <summary>Threads inside one Run on a CPU.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>False: the graph as it is, to compare with.</summary>
    public bool Optimize { get; init; } = true;

    /// <summary>Path and beginning of the name of the profile to write; null: none.</summary>
    public string? ProfilePrefix { get; init; }

    /// <param name="allOnDevice">The session does not open where any node would be on the CPU, on devices that can do without.</param>
    public SessionOptions ToSessionOptions(bool allOnDevice)
    {
        OrtRuntime.Start();
        var options = new SessionOptions
        {
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = Optimize ? GraphOptimizationLevel.ORT_ENABLE_ALL : GraphOptimizationLevel.ORT_DISABLE_ALL,
            // Inference threads are the parallelism: a thread more inside a Run would fight with them.
            IntraOpNumThreads = Threads,
            InterOpNumThreads = 1,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING,
            EnableMemoryPattern = Profile.MemoryPattern,
        };
        if (RuntimeInformation.ProcessArchitecture == Architecture.X64)
        {
            // Without VNNI the sums of two products of uint8 and int8 saturate at 16 bits; this takes a slower, exact way there
            // (onnxruntime.ai/docs/performance/model-optimizations/quantization.html).
            options.AddSessionConfigEntry("session.x64quantprecision", "1");
        }

        if (allOnDevice && Profile.NoCpuFallback)
        {
            options.AddSessionConfigEntry("session.disable_cpu_ep_fallback", "1");
        }

        if (ProfilePrefix is not null)
        {
            options.ProfileOutputPathPrefix = ProfilePrefix;
            options.EnableProfiling = true;
        }

        Profile.Append(options, DeviceId);
        return options;
    }
}
