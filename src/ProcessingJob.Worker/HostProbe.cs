using System.Text.Json;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Container;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Inference.Devices;

namespace ProcessingJob.Worker;

/// <summary>The worker's <c>probe</c>: what this host has, as one line of JSON that fits into the job's exit message.</summary>
static class HostProbe
{
    /// <exception cref="PJobException">Model: the host has GPUs that cannot be used.</exception>
    public static string Run(ContainerPaths paths, ResourceConfig hosts)
    {
        var (type, gpus) = HostDevice.Of(hosts, paths);
        var found = HostDevice.Check(new JobSpec(), type, gpus, DeviceCheck.Run).Gpu;
        Directory.CreateDirectory(paths.Output);
        return JsonSerializer.Serialize(
            new HostFacts
            {
                InstanceType = type,
                Worker = ProductVersion.Text,
                Cpu = CpuName("/proc/cpuinfo"),
                Cores = Environment.ProcessorCount,
                MemoryBytes = MemoryLimit.Of(null),
                DiskBytes = new DriveInfo(paths.Output).AvailableFreeSpace,
                Driver = found?.Driver,
                Cuda = found?.Cuda,
                GpuCount = found?.Devices.Count ?? 0,
                Gpu = found is { Devices: [var first, ..] } ? first : null,
            },
            ContractJson.Options
        );
    }

    static string? CpuName(string file) =>
        File.Exists(file)
        && File.ReadLines(file).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) is { } line
        && line.IndexOf(':') is var at and > 0
            ? line[(at + 1)..].Trim()
            : null;
}
