using System.Diagnostics;
using ProcessingJob.Launcher.Tests.Planning;

namespace ProcessingJob.Benchmarks;

/// <summary>
/// The launcher's steps for inputs of many objects on S3, listing and records served from memory: CPU time, with what serving takes, and
/// peak memory of a process that does nothing else.
/// </summary>
static class ObjectsBenchmark
{
    public const string Command = "objects-case";
    const int Hosts = 100;

    public static Task RunAsync(BenchmarkOptions options)
    {
        (string What, int Objects, long Size)[] cases =
        [
            ("10,000 of 1 KB", 10_000, 1_000),
            ("100,000 of 1 KB", 100_000, 1_000),
            .. options.Full ? new (string, int, long)[] { ("1,000,000 of 1 KB", 1_000_000, 1_000) } : [],
            ("100 of 1 GB", 100, 1_000_000_000),
            ("1,000 of 1 GB", 1_000, 1_000_000_000),
        ];
        foreach (var (what, objects, size) in cases)
        {
            Console.WriteLine($"  {what}, {Hosts} hosts");
            var start = new ProcessStartInfo(Environment.ProcessPath!, [.. OwnAssembly(), Command, $"{objects}", $"{size}"]);
            // As in pjob's runtimeconfig.json.
            start.Environment["DOTNET_GCConserveMemory"] = "7";
            using var child = Process.Start(start)!;
            child.WaitForExit();
        }

        return Task.CompletedTask;
    }

    public static async Task CaseAsync(int objects, long size)
    {
        foreach (var step in await new ManyObjects(objects, size, Hosts).RunAsync())
        {
            Console.WriteLine(
                $"    {step.Name, -26}{step.Cpu, 8:F2} cpu s{step.Wall, 8:F2} wall s{step.PeakBytes / 1e6, 8:N0} MB peak   {step.What}"
            );
        }
    }

    static string[] OwnAssembly() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet" ? [typeof(ObjectsBenchmark).Assembly.Location] : [];
}
