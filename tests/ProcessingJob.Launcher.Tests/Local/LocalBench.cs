using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher.Local;
using ProcessingJob.Launcher.Progress;
using ProcessingJob.Testing;

namespace ProcessingJob.Launcher.Tests.Local;

/// <summary>A folder with data, a model and an output, and the fake worker to run over them.</summary>
sealed class LocalBench : IDisposable, IProgress<JobEvent>
{
    readonly TempFolder _folder = new();
    readonly List<JobEvent> _events = [];

    public LocalBench(int files = 5)
    {
        StaticModel.Write(_folder, "model");
        for (var i = 0; i < files; i++)
        {
            Write($"f{i}.txt", string.Concat(Enumerable.Range(0, 10 + 5 * i).Select(n => $"line {n} of file {i}\n")));
        }
    }

    public string Output => _folder["out"];

    public string Path(params string[] parts) => _folder[parts];

    public IReadOnlyList<JobEvent> Events
    {
        get
        {
            lock (_events)
            {
                return [.. _events];
            }
        }
    }

    public JobSpec Spec(int hosts = 1) =>
        new()
        {
            Name = "bench",
            Model = _folder["model"],
            Input = new() { Data = _folder["data"], Format = InputFormat.Text },
            Output = new() { Data = Output },
            Compute = new() { InstanceCount = hosts, MaxRuntime = TimeSpan.FromMinutes(5) },
        };

    public void Write(string file, string content) => _folder.Write($"data/{file}", content);

    public async Task<JobResult> RunAsync(
        JobSpec spec,
        string script = "",
        TimeProvider? time = null,
        CancellationToken cancellationToken = default
    )
    {
        var faulty = spec with { Aws = spec.Aws with { Environment = [KeyValuePair.Create("FAKE_WORKER", script)] } };
        return await new LocalTarget(time ?? TimeProvider.System) { Worker = FakeWorker }.RunAsync(faulty, this, cancellationToken);
    }

    public static WorkerCommand FakeWorker { get; } =
        new("dotnet", [System.IO.Path.Combine(AppContext.BaseDirectory, "ProcessingJob.FakeWorker.dll")]);

    /// <summary>Content by name of all files that units have written.</summary>
    public SortedDictionary<string, string> Snapshot()
    {
        var files = Directory
            .EnumerateFiles(Output, "*", SearchOption.AllDirectories)
            .Select(f => System.IO.Path.GetRelativePath(Output, f))
            .Where(f =>
                f.StartsWith("data/", StringComparison.Ordinal)
                || f.StartsWith("_rejects/", StringComparison.Ordinal)
                || f.StartsWith("_commits/", StringComparison.Ordinal)
            );
        return new(files.ToDictionary(f => f, f => File.ReadAllText(System.IO.Path.Combine(Output, f))), StringComparer.Ordinal);
    }

    public bool LooksFinished =>
        File.Exists(System.IO.Path.Combine(Output, "_SUCCESS")) || File.Exists(System.IO.Path.Combine(Output, "_manifest.json"));

    public void Report(JobEvent value)
    {
        lock (_events)
        {
            _events.Add(value);
        }
    }

    public void Dispose() => _folder.Dispose();
}
