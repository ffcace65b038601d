using System.Diagnostics;
using System.Runtime;
using System.Text.Json;
using ProcessingJob.Contract.Container;
using ProcessingJob.Contract.Output;
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
    /// <summary>Whose blocks and batches: a GPU's, or the CPU's.</summary>
    public bool AsCuda { get; init; } = true;

    /// <summary>The name under which the program runs a case of itself.</summary>
    public const string Command = "host-case";

    /// <summary>
    /// In the order in which a row passes them; deliver is the devices' threads with what they are given and what they give. The last,
    /// <see cref="Commit"/>, is no CPU time: it waits for the disk.
    /// </summary>
    public static readonly string[] StageNames = ["read", "decode", "tokenize", "sort", "deliver", "finish", "encode", "write", Commit];

    public const string Commit = "commit";

    /// <summary>GPUs that are pretended: their threads need the cores too.</summary>
    const int Devices = 1;

    public HostResult RunInProcess()
    {
        var start = new ProcessStartInfo(Published.Program)
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
        var profile = AsCuda ? CudaProvider.Profile : DeviceProfile.Cpu;
        var log = new LoggerConfiguration().CreateLogger();
        var run = new WorkerRun(WorkerArguments.Parse(arguments), paths, ResourceConfig.SingleHost, log, TimeProvider.System)
        {
            Seams = new()
            {
                Engine = (_, options) =>
                    new InferenceEngine(
                        new EngineSetup
                        {
                            Devices = [.. Enumerable.Range(0, Devices).Select(_ => new NullDevice(Width, deliver))],
                            Profile = profile,
                            Output = new ModelOutput.RowVectors(Width),
                            Rules = new BatchRules(profile.TokenBudget, 128, profile.FewShapes),
                            Deduplicate = options.Deduplicate,
                        }
                    ),
                Data = data => new MeteredData(data, read),
                Store = store => new MeteredStore(store, write, commit),
            },
        };
        var clock = Stopwatch.StartNew();
        await run.RunAsync(default);
        var wall = clock.Elapsed.TotalSeconds;
        await run.WriteReportAsync("done", "");
        var file = Directory
            .GetFiles(paths.Output, "*.json", SearchOption.AllDirectories)
            .Single(f => Path.GetFileName(f) == $"{ResourceConfig.SingleHost.CurrentHost}.json");
        var report = Contract.ContractJson.Read<HostReport>(File.ReadAllBytes(file), file);
        var stages = report.Stages.ToDictionary(s => s.Name);
        using var process = Process.GetCurrentProcess();
        return new(
            report.RowsOut,
            process.TotalProcessorTime.TotalSeconds,
            wall,
            [
                new("read", read.Seconds),
                new("decode", stages["read"].CpuSeconds - read.Seconds),
                new("tokenize", stages["tokenize"].CpuSeconds),
                new("sort", stages["sort"].CpuSeconds),
                new("deliver", deliver.Seconds),
                new("finish", stages["finish"].CpuSeconds),
                new("encode", stages["write"].CpuSeconds - write.Seconds),
                new("write", write.Seconds),
                new(Commit, commit.Seconds),
            ],
            GC.GetTotalAllocatedBytes(),
            GC.GetTotalPauseDuration().TotalSeconds,
            JitInfo.GetCompilationTime().TotalSeconds,
            process.PeakWorkingSet64,
            GC.GetGCMemoryInfo().TotalCommittedBytes
        );
    }
}

/// <param name="Rows">Output rows.</param>
/// <param name="Cpu">Seconds of the whole process.</param>
/// <param name="Wall">Seconds of the run.</param>
/// <param name="Stages">Those of <see cref="HostCase.StageNames"/>.</param>
/// <param name="Allocated">Bytes.</param>
/// <param name="Pause">Seconds in which the garbage collector held everything up.</param>
/// <param name="Jit">Seconds of compiling, on any thread.</param>
/// <param name="PeakBytes">Resident.</param>
/// <param name="HeapBytes">Of .NET's heap at the end; the rest of the peak is native.</param>
sealed record HostResult(
    long Rows,
    double Cpu,
    double Wall,
    IReadOnlyList<HostStage> Stages,
    long Allocated,
    double Pause,
    double Jit,
    long PeakBytes,
    long HeapBytes
);

/// <param name="Name">Of the stage.</param>
/// <param name="Cpu">Seconds; of commits by the clock.</param>
sealed record HostStage(string Name, double Cpu);
