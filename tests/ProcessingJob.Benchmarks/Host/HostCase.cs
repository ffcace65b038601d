using System.Diagnostics;
using System.Runtime;
using System.Text.Json;
using ProcessingJob.Contract.Container;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Worker;
using Serilog;

namespace ProcessingJob.Benchmarks.Host;

/// <summary>One run of the worker with the null device, in a process of its own: what it costs from the start to the end.</summary>
/// <param name="Root">The container's root with the data and the model.</param>
/// <param name="Task">embed or tokenize.</param>
/// <param name="Width">Floats of an embedding.</param>
/// <param name="Precision">embed.precision.</param>
/// <param name="Format">output.format.</param>
/// <param name="More">More settings, as on the worker's command line.</param>
sealed record HostCase(string Root, string Task, int Width, string Precision, string Format, IReadOnlyList<string> More)
{
    /// <summary>The name under which the program runs a case of itself.</summary>
    public const string Command = "host-case";

    /// <summary>GPUs that are pretended: their threads need the cores too.</summary>
    const int Devices = 1;

    public HostResult RunInProcess()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardOutput = true,
            ArgumentList = { Command, JsonSerializer.Serialize(this) },
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? JsonSerializer.Deserialize<HostResult>(output)!
            : throw new InvalidOperationException($"the case ended with {process.ExitCode}: {output}");
    }

    public async Task<HostResult> RunAsync()
    {
        var (read, write, commit, deliver) = (new CpuMeter(), new CpuMeter(), new CpuMeter(), new CpuMeter());
        var paths = new ContainerPaths(Root);
        var quantized = Task == "embed" ? (string[])["--embed.precision", Precision] : [];
        string[] arguments =
        [
            "--task",
            Task,
            "--input.text",
            "text",
            "--tokens.max_length",
            "128",
            "--output.format",
            Format,
            .. quantized,
            .. More,
        ];
        var log = new LoggerConfiguration().CreateLogger();
        var run = new WorkerRun(WorkerArguments.Parse(arguments), paths, ResourceConfig.SingleHost, log, TimeProvider.System)
        {
            Seams = new()
            {
                Engine = (_, options) =>
                    InferenceEngine.Create(
                        [.. Enumerable.Range(0, Devices).Select(_ => new NullDevice(Width, deliver))],
                        new ModelOutput.RowVectors(Width),
                        128,
                        options with { TokenBudget = 16_384, Device = DeviceKind.Cuda }
                    ),
                Data = data => new MeteredData(data, read),
                Store = store => new MeteredStore(store, write, commit),
            },
        };
        var clock = Stopwatch.StartNew();
        await run.RunAsync(default);
        var wall = clock.Elapsed.TotalSeconds;
        await run.WriteReportAsync("done", "");
        var file = Directory.GetFiles(paths.Output, "*.json", SearchOption.AllDirectories)
            .Single(f => Path.GetFileName(f) == $"{ResourceConfig.SingleHost.CurrentHost}.json");
        var report = Contract.ContractJson.Read<HostReport>(File.ReadAllBytes(file), file);
        var stages = report.Stages.ToDictionary(s => s.Name);
        using var process = Process.GetCurrentProcess();
        return new(
            report.RowsOut,
            process.TotalProcessorTime.TotalSeconds,
            wall,
            [
                new("read", stages["read"].Workers, read.Seconds),
                new("decode", stages["read"].Workers, stages["read"].CpuSeconds - read.Seconds),
                new("tokenize", stages["tokenize"].Workers, stages["tokenize"].CpuSeconds),
                new("sort", stages["sort"].Workers, stages["sort"].CpuSeconds),
                new("deliver", 2 * Devices, deliver.Seconds),
                new("finish", stages["finish"].Workers, stages["finish"].CpuSeconds),
                new("encode", stages["write"].Workers, stages["write"].CpuSeconds - write.Seconds - commit.Seconds),
                new("write", stages["write"].Workers, write.Seconds),
                new("commit", 1, commit.Seconds),
            ],
            GC.GetTotalAllocatedBytes(),
            GC.GetTotalPauseDuration().TotalSeconds,
            JitInfo.GetCompilationTime().TotalSeconds,
            process.PeakWorkingSet64
        );
    }
}

/// <param name="Rows">Output rows.</param>
/// <param name="Cpu">Seconds of the whole process.</param>
/// <param name="Wall">Seconds of the run.</param>
/// <param name="Stages">In the order in which a row passes them.</param>
/// <param name="Allocated">Bytes.</param>
/// <param name="Pause">Seconds in which the garbage collector held everything up.</param>
/// <param name="Jit">Seconds of compiling, on any thread.</param>
/// <param name="PeakBytes">Resident.</param>
sealed record HostResult(
    long Rows,
    double Cpu,
    double Wall,
    IReadOnlyList<HostStage> Stages,
    long Allocated,
    double Pause,
    double Jit,
    long PeakBytes
);

/// <param name="Name">Of the stage.</param>
/// <param name="Threads">That worked on it in this run.</param>
/// <param name="Cpu">Seconds.</param>
sealed record HostStage(string Name, int Threads, double Cpu);
