using System.Diagnostics;
using System.Globalization;
using ProcessingJob.Contract.Container;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Testing;

namespace ProcessingJob.Benchmarks.Start;

/// <summary>CPU time from the start of the process to the first batch on the device, beside the model's load.</summary>
static class StartBenchmark
{
    const int Runs = 11,
        Rows = 1000;

    public static Task RunAsync()
    {
        using var root = new TempFolder();
        Prepare(root);
        Run(root.Path);
        double[][] runs = [.. Enumerable.Range(0, Runs).Select(_ => Run(root.Path))];
        Console.WriteLine($"  {"", -34}{"median", 8}{"least", 8}{"most", 8}   of {Runs} processes; goal: 600 ms of CPU time");
        string[] names = ["CPU ms to the first batch", "of them in the kernel", "methods compiled", "ms of compiling"];
        for (var i = 0; i < names.Length; i++)
        {
            var values = runs.Select(r => r[i]).Order().ToList();
            Console.WriteLine($"  {names[i], -34}{values[Runs / 2], 8:0}{values[0], 8:0}{values[^1], 8:0}");
        }

        return Task.CompletedTask;
    }

    /// <summary>What a host of a planned job is given.</summary>
    static void Prepare(TempFolder root)
    {
        var texts = Corpus.Texts("short_reviews", Rows);
        var file = root.Write("processing/input/data/reviews.csv", $"text\n{string.Concat(texts.Select(Corpus.CsvRecord))}");
        Directory.CreateSymbolicLink(root["processing", "input", "model"], Models.MiniLm);
        var size = new FileInfo(file).Length;
        var unit = WorkUnit.Create("reviews.csv", InputFormat.Csv, 0, size, size, new string('0', 64), "spec", "model");
        var plan = new WorkPlan
        {
            Job = "start",
            SpecFingerprint = "spec",
            ModelFingerprint = "model",
            HostCount = 1,
            UnitCount = 1,
            Hosts = [new([unit], 0)],
            Schema = [],
        };
        var paths = new ContainerPaths(root.Path);
        var spec = new JobSpec
        {
            Name = "start",
            Task = TaskKind.Embed,
            Model = "model",
            Input = new() { Data = "data", Text = ["text"] },
            Output = new() { Data = "out" },
        };
        root.Write(Path.GetRelativePath(root.Path, paths.JobFile), SpecWriter.ToJsonText(spec));
        foreach (var (name, content) in PlanFiles.Write(plan))
        {
            File.WriteAllBytes(Path.Combine(paths.Config, name), content);
        }
    }

    static double[] Run(string root)
    {
        var output = new ContainerPaths(root).Output;
        if (Directory.Exists(output))
        {
            Directory.Delete(output, recursive: true);
        }

        var start = new ProcessStartInfo(Published.Program, [StartCase.Command, root]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var lines = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? [.. lines.TrimEnd().Split('\n')[^1].Split(' ').Select(n => double.Parse(n, CultureInfo.InvariantCulture))]
            : throw new InvalidOperationException($"the case ended with {process.ExitCode}: {lines}");
    }
}
