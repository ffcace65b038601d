using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ProcessingJob.Benchmarks;

/// <summary>The machine, and what runs cost on it.</summary>
static class Machine
{
    public static string Describe()
    {
        var cpu = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo")
                .FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))
                ?.Split(':')[1]
                .Trim()
            : null;
        var load = File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "?";
        return $"{cpu ?? RuntimeInformation.ProcessArchitecture.ToString()}, {Environment.ProcessorCount} cores, "
            + $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9:N0} GB, {RuntimeInformation.OSDescription}, "
            + $"{RuntimeInformation.FrameworkDescription}, load {load}";
    }

    /// <summary>CPU and wall time of this process during the action.</summary>
    public static async Task<Measured> MeasureAsync(long tokens, Func<Task> action)
    {
        using var process = Process.GetCurrentProcess();
        var (cpu, clock) = (process.TotalProcessorTime, Stopwatch.StartNew());
        await action();
        process.Refresh();
        return new Measured(tokens, process.TotalProcessorTime - cpu, clock.Elapsed);
    }
}
