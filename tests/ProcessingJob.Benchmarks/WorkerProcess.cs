using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using ProcessingJob.Testing;

namespace ProcessingJob.Benchmarks;

/// <summary>A run of the worker in a process of its own, as a container would run it.</summary>
static partial class WorkerProcess
{
    const int Children = -1;

    static readonly string Program = Path.Combine(
        Repo.Root,
        "src",
        "ProcessingJob.Worker",
        "bin",
        AppContext.BaseDirectory.Contains("/Release/") ? "Release" : "Debug",
        "net10.0",
        "ProcessingJob.Worker.dll"
    );

    /// <summary>
    /// Embeds the texts; gives the cost of the whole process, start and model load included, and the device's busy share.
    /// </summary>
    public static async Task<(Measured Cost, double DeviceBusy)> RunAsync(string model, string[] texts, int maxLength)
    {
        using var root = new TempFolder();
        root.Write(
            "processing/input/data/texts.jsonl",
            string.Concat(texts.Select(t => JsonSerializer.Serialize(new { text = t }) + "\n"))
        );
        Directory.CreateDirectory(root["processing/input/model"]);
        Directory.Delete(root["processing/input/model"]);
        Directory.CreateSymbolicLink(root["processing/input/model"], model);
        var start = new ProcessStartInfo(
            "dotnet",
            [
                Program,
                "--task",
                "embed",
                "--input.text",
                "text",
                "--tokens.max_length",
                maxLength.ToString(CultureInfo.InvariantCulture),
                "--compute.dedup",
                "false",
            ]
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PROCESSINGJOB_ROOT"] = root.Path;

        var before = Cpu();
        var clock = Stopwatch.StartNew();
        using (var process = Process.Start(start)!)
        {
            var error = process.StandardError.ReadToEndAsync();
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException($"the worker ended with {process.ExitCode}:\n{output}{await error}");
            }
        }

        var cpu = Cpu() - before;
        using var report = JsonDocument.Parse(File.ReadAllBytes(Directory.GetFiles(root["processing/output/_reports"]).Single()));
        double Number(string name) => report.RootElement.GetProperty(name).GetDouble();
        var cost = new Measured(
            (long)Number("tokens"),
            cpu,
            clock.Elapsed,
            Number("tokens") / Number("padded_tokens"),
            (long)Number("peak_memory_bytes")
        );
        return (cost, Number("device_utilisation"));
    }

    /// <summary>CPU time of all children that have ended.</summary>
    public static TimeSpan Cpu()
    {
        Span<long> usage = stackalloc long[18];
        if (GetUsage(Children, usage) != 0)
        {
            throw new InvalidOperationException("getrusage failed");
        }

        return TimeSpan.FromSeconds(usage[0] + usage[2]) + TimeSpan.FromMicroseconds(usage[1] + usage[3]);
    }

    // struct rusage on 64-bit Linux: user seconds, microseconds, system seconds, microseconds, then 14 more longs.
    [LibraryImport("libc", EntryPoint = "getrusage")]
    private static partial int GetUsage(int who, Span<long> usage);
}
