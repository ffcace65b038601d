namespace ProcessingJob.Inference;

/// <summary>The cores this process may use: affinity and cgroup limits, not the host's count.</summary>
public static class CpuCores
{
    /// <summary>At least 1.</summary>
    public static int Available => Environment.ProcessorCount;
}
