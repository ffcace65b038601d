using System.Globalization;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Inference.Engine;

namespace ProcessingJob.Worker;

/// <summary>How many units a host works on at a time, and how far each goes ahead of the devices.</summary>
/// <param name="Lanes">Units at a time, at least 1.</param>
/// <param name="BlocksAhead">Blocks that a lane has with the engine while it reads the next.</param>
/// <param name="Reason">In words.</param>
sealed record LanePlan(int Lanes, int BlocksAhead, string Reason)
{
    /// <summary>Test hook: as many lanes whatever the machine has.</summary>
    public const string Variable = "PROCESSINGJOB_LANES";

    /// <summary>A lane's own work is a hundredth of a transformer's on the same cores: one lane feeds them while the other commits.</summary>
    const int CpuLanes = 2;

    /// <summary>For this process: .NET counts the cores that the container's cgroup lets it use.</summary>
    public static LanePlan Of(InferenceEngine? engine) =>
        Of(engine, Environment.ProcessorCount, Environment.GetEnvironmentVariable(Variable));

    public static LanePlan Of(InferenceEngine? engine, int cores, string? asked)
    {
        var computesElsewhere = engine is null || engine.Device == DeviceKind.Cuda;
        var lanes =
            int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? Math.Max(1, number)
            : computesElsewhere ? cores
            : CpuLanes;
        return new(lanes, engine is null ? 0 : 2, computesElsewhere ? $"one per core of {cores}" : "the cores belong to the model");
    }
}
