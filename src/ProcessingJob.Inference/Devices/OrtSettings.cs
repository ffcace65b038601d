using Microsoft.ML.OnnxRuntime;
using ProcessingJob.Contract;

namespace ProcessingJob.Inference;

/// <summary>How a session is opened.</summary>
sealed record OrtSettings
{
    /// <summary>Cpu or Cuda.</summary>
    public required DeviceKind Kind { get; init; }

    /// <summary>GPU number.</summary>
    public int DeviceId { get; init; }

    /// <summary>Threads inside one Run on a CPU.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>False: the graph as it is, to compare with.</summary>
    public bool Optimize { get; init; } = true;

    public bool AllowTf32 { get; init; }

    public SessionOptions ToSessionOptions()
    {
        OrtRuntime.Start();
        var options = new SessionOptions
        {
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = Optimize ? GraphOptimizationLevel.ORT_ENABLE_ALL : GraphOptimizationLevel.ORT_DISABLE_ALL,
            // Callers are the parallelism: a thread more inside a Run would fight with them.
            IntraOpNumThreads = Threads,
            InterOpNumThreads = 1,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING,
            // Turning the memory pattern off costs 2 to 10 % on a CPU; on a GPU it ratchets memory up with every new shape.
            EnableMemoryPattern = Kind == DeviceKind.Cpu,
        };
        if (Kind == DeviceKind.Cuda)
        {
            CudaProvider.AppendTo(options, DeviceId, AllowTf32);
        }

        return options;
    }
}
