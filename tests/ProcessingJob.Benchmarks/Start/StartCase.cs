using System.Diagnostics;
using System.Globalization;
using System.Runtime;
using ProcessingJob.Benchmarks.Host;
using ProcessingJob.Contract.Container;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Worker;

namespace ProcessingJob.Benchmarks.Start;

/// <summary>
/// The worker in this process, up to its first batch: as its program does it, but with a device that is no model, so that what is counted
/// is all but the model's load.
/// </summary>
static class StartCase
{
    /// <summary>The name under which the program runs a case of itself; the root of a container follows.</summary>
    public const string Command = "start-case";

    const int Width = 384;

    /// <summary>Prints CPU milliseconds from the start of the process to the first batch, those of them in the kernel, and what was
    /// compiled meanwhile: methods and milliseconds.</summary>
    public static async Task RunAsync(string root)
    {
        var paths = new ContainerPaths(root);
        using var signals = new StopSignals(TimeProvider.System);
        await using var log = WorkerLog.Create();
        var first = "";
        var run = new WorkerRun(WorkerArguments.Parse([]), paths, ResourceConfig.Read(paths.ResourceConfigFile), log, TimeProvider.System)
        {
            Seams = new()
            {
                Engine = (_, options) =>
                    new InferenceEngine(
                        new EngineSetup
                        {
                            Devices = [new NullDevice(Width, new CpuMeter(), () => first = first.Length > 0 ? first : Costs())],
                            Profile = DeviceProfile.Cpu,
                            Output = new ModelOutput.RowVectors(Width),
                            Rules = new BatchRules(DeviceProfile.Cpu.TokenBudget, options.MaxLength ?? 512, DeviceProfile.Cpu.FewShapes),
                            Deduplicate = options.Deduplicate,
                        }
                    ),
            },
        };
        await run.RunAsync(signals.Token);
        Console.WriteLine(first);
    }

    static string Costs()
    {
        using var process = Process.GetCurrentProcess();
        return string.Join(
            ' ',
            new[]
            {
                process.TotalProcessorTime.TotalMilliseconds,
                process.PrivilegedProcessorTime.TotalMilliseconds,
                JitInfo.GetCompiledMethodCount(),
                JitInfo.GetCompilationTime().TotalMilliseconds,
            }.Select(n => n.ToString("0", CultureInfo.InvariantCulture))
        );
    }
}
