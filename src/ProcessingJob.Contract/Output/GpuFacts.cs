namespace ProcessingJob.Contract.Output;

/// <summary>The NVIDIA driver and the GPUs of a host.</summary>
public sealed record GpuFacts
{
    /// <summary>Version of the host's kernel driver, such as 535.183.01; null where the container does not see it.</summary>
    public string? Driver { get; init; }

    /// <summary>CUDA version of the driver's library in use, such as 13.0.</summary>
    public string Cuda { get; init; } = "";
    public IReadOnlyList<GpuDevice> Devices { get; init; } = [];

    /// <summary>Such as "driver 580.65.06, CUDA 13.0, 4 x NVIDIA L4 (8.9, 22.0 GiB)".</summary>
    public override string ToString() =>
        $"driver {Driver ?? "unknown"}, CUDA {Cuda}, "
        + string.Join(", ", Devices.GroupBy(d => d).Select(g => (g.Count() == 1 ? "" : $"{g.Count()} x ") + g.Key));
}

/// <summary>One GPU.</summary>
/// <param name="Name">As the driver names it.</param>
/// <param name="ComputeCapability">Such as 8.9.</param>
/// <param name="MemoryBytes">All of its memory.</param>
public sealed record GpuDevice(string Name, string ComputeCapability, long MemoryBytes)
{
    public override string ToString() => $"{Name} ({ComputeCapability}, {MemoryBytes / (double)(1 << 30):0.0} GiB)";
}
