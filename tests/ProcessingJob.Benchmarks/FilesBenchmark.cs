using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher.Local;
using ProcessingJob.Launcher.Progress;
using ProcessingJob.Samples;
using ProcessingJob.Testing;

namespace ProcessingJob.Benchmarks;

/// <summary>The whole job, launcher and worker, over many files of one row against one file of as many rows.</summary>
static class FilesBenchmark
{
    const int Rows = 20_000;

    public static async Task RunAsync()
    {
        using var folder = new TempFolder();
        SampleModels.Write(folder["model"], new SampleModelOptions { Size = ModelSize.Tiny });
        var texts = SampleTexts.Reviews(1, Rows).ToList();
        folder.Write("one/a.csv", "text\n" + string.Concat(texts.Select(Quoted)));
        foreach (var (i, text) in texts.Index())
        {
            folder.Write($"many/{i / 1000:00}/{i:00000}.csv", "text\n" + Quoted(text));
        }

        Console.WriteLine($"  {Rows:N0} rows; CPU seconds of launcher and worker, their start included");
        foreach (
            var (task, sharding) in new[]
            {
                (TaskKind.Tokenize, Sharding.Balanced),
                (TaskKind.Tokenize, Sharding.ByKey),
                (TaskKind.Embed, Sharding.Balanced),
            }
        )
        {
            var one = await MeasureAsync(folder, "one", task, sharding);
            var many = await MeasureAsync(folder, "many", task, sharding);
            Console.WriteLine(
                $"    {$"{Names.Of(task)}, {Names.Of(sharding)}", -24}one file {one.Cpu, 6:F1} s, {one.Parts} parts; {Rows:N0} "
                    + $"files {many.Cpu, 6:F1} s, "
                    + $"{many.Parts} parts; ratio {many.Cpu / one.Cpu:F1}"
            );
        }

        static string Quoted(string text) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"\n";
    }

    static async Task<(double Cpu, int Parts)> MeasureAsync(TempFolder folder, string data, TaskKind task, Sharding sharding)
    {
        using var output = new TempFolder();
        var spec = new JobSpec
        {
            Name = "files",
            Task = task,
            Model = folder["model"],
            Input = new()
            {
                Data = folder[data],
                Text = ["text"],
                Sharding = sharding,
            },
            Output = new() { Data = output["out"] },
        };
        var before = Cpu();
        var result = await new LocalTarget().RunAsync(spec, new Progress<JobEvent>());
        return result.Status == JobState.Completed
            ? ((Cpu() - before).TotalSeconds, result.Counts!.Parts)
            : throw new InvalidOperationException(result.Message);
    }

    static TimeSpan Cpu() => Environment.CpuUsage.TotalTime + WorkerProcess.Cpu();
}
