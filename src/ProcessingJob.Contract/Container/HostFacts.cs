using ProcessingJob.Contract.Output;

namespace ProcessingJob.Contract.Container;

/// <summary>What a host of an instance type really has, as the worker's <c>probe</c> finds it inside its container.</summary>
public sealed record HostFacts
{
    /// <summary>SageMaker's name of the type; null where it is not told.</summary>
    public string? InstanceType { get; init; }

    /// <summary>Version of the worker.</summary>
    public string Worker { get; init; } = "";

    /// <summary>The processor as Linux names it; null where it does not.</summary>
    public string? Cpu { get; init; }

    /// <summary>Cores that the container may use.</summary>
    public int Cores { get; init; }

    /// <summary>Memory that the container may use.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>Free space where inputs and outputs lie.</summary>
    public long DiskBytes { get; init; }

    /// <summary>Version of the host's GPU driver; null where the host has no GPU.</summary>
    public string? Driver { get; init; }

    /// <summary>CUDA version of the driver's library in use; null where the host has no GPU.</summary>
    public string? Cuda { get; init; }

    /// <summary>Number of GPUs.</summary>
    public int GpuCount { get; init; }

    /// <summary>The first of them: a host's GPUs are alike, and the facts of eight would not fit into an exit message.</summary>
    public GpuDevice? Gpu { get; init; }

    /// <summary>
    /// Such as "4 x Intel(R) Xeon(R), 15.4 GiB memory, 220 GiB disk, driver 580.65.06, CUDA 13.0, NVIDIA L4 (8.9, 22.0 GiB)".
    /// </summary>
    public override string ToString() =>
        $"{Cores} x {Cpu ?? "CPU"}, {Gib(MemoryBytes):0.0} GiB memory, {Gib(DiskBytes):0} GiB disk free, "
        + (Gpu is null ? "no GPU" : $"driver {Driver ?? "unknown"}, CUDA {Cuda}, {(GpuCount == 1 ? "" : $"{GpuCount} x ")}{Gpu}")
        + $"; worker {Worker}";

    static double Gib(long bytes) => bytes / (double)(1 << 30);
}
