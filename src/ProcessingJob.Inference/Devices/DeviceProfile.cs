using Microsoft.ML.OnnxRuntime;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Inference.Devices;

/// <summary>Everything that differs between kinds of device; a new kind is one of these and a line in <see cref="Preferred"/>.</summary>
sealed record DeviceProfile
{
    /// <summary>The kinds in the order in which <c>device: auto</c> tries them.</summary>
    public static readonly IReadOnlyList<DeviceProfile> Preferred = [CudaProvider.Profile, CpuProvider.Profile];

    public required DeviceKind Kind { get; init; }

    /// <summary>ONNX Runtime's name of its execution provider.</summary>
    public required string Provider { get; init; }

    /// <summary>How many there are for this process, and why so many or why none.</summary>
    public required Func<(int Count, string Reason)> Find { get; init; }

    /// <summary>All memory of the GPU with this number, in bytes; null for the processor.</summary>
    public required Func<int, long?> MemoryBytes { get; init; }

    /// <summary>E.g. <c>cuda:0</c>, by the device's number.</summary>
    public required Func<int, string> NameOf { get; init; }

    /// <summary>In words: (devices, inference threads of each, intra-op threads).</summary>
    public required Func<int, int, int, string> Describe { get; init; }

    /// <summary>Padded tokens per batch where nobody says otherwise.</summary>
    public required int TokenBudget { get; init; }

    /// <summary>Token budgets worth measuring, smallest first.</summary>
    public required IReadOnlyList<int> TuneBudgets { get; init; }

    /// <summary>Rows of a block: enough for the sort to leave little padding.</summary>
    public required int BlockRows { get; init; }

    /// <summary>Inference threads per device, by the threads inside one call.</summary>
    public required Func<int, int> Threads { get; init; }

    /// <summary>Round batches to few shapes: for devices whose memory grows with every new one.</summary>
    public required bool FewShapes { get; init; }

    /// <summary>Go on on the device with the graph's output where the head has a graph for it.</summary>
    public required bool ReadOnDevice { get; init; }

    /// <summary>
    /// Before the first batch: look where the graph's nodes run, compare the optimized graph with the graph as it is, and run
    /// the largest batch.
    /// </summary>
    public required bool CheckAtStart { get; init; }

    /// <summary>Whether it reads float32 weights where they lie in this process's memory.</summary>
    public required bool WeightsInPlace { get; init; }

    /// <summary>Graphs built here run on the device from end to end, or the session does not open.</summary>
    public required bool NoCpuFallback { get; init; }

    /// <summary>
    /// Whether a new session may work after one has died. Errors of CUDA leave its context unusable for the whole process
    /// (docs.nvidia.com/cuda/cuda-runtime-api, cudaErrorIllegalAddress and others: "the process must be terminated").
    /// </summary>
    public required bool Revives { get; init; }

    /// <summary>Reuse one plan of the memory for each shape.</summary>
    public required bool MemoryPattern { get; init; }

    /// <summary>Adds the execution provider of the device with this number.</summary>
    public required Action<SessionOptions, int> Append { get; init; }

    /// <summary>Where tensors that stay on the device with this number live.</summary>
    public required Func<int, OrtMemoryInfo> Memory { get; init; }

    public static DeviceProfile Cpu => CpuProvider.Profile;

    /// <summary>The kind that was asked for, or for auto the first that is there.</summary>
    /// <exception cref="PJobException">Model: it is not there, or auto met a GPU that does not work.</exception>
    public static (DeviceProfile Profile, int Count, string Reason) Choose(DeviceKind asked)
    {
        if (asked == DeviceKind.Cpu)
        {
            return (Cpu, 1, "asked for");
        }

        _ = DeviceCheck.Run(asked);
        var reason = "";
        foreach (var profile in Preferred)
        {
            var (count, why) = profile.Find();
            reason = reason.Length == 0 ? why : reason;
            if (count > 0)
            {
                return (profile, count, reason);
            }
        }

        throw new InvalidOperationException("there is always a processor");
    }
}
