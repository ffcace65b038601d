using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher;
using ProcessingJob.Launcher.Local;
using ProcessingJob.Launcher.Progress;
using ProcessingJob.Testing;

namespace ProcessingJob.EndToEnd.Tests;

/// <summary>JobClient and pjob are two doors to the same checks and the same plan.</summary>
public sealed class OneWayInTests : IDisposable
{
    static readonly string[] Written = ["data", "_rejects", "_commits"];
    readonly TempFolder _folder = new();

    [Fact]
    public async Task JobClient_ColumnOfTwoTypesOnTwoHosts_GivesTheSameBytesAsPjob()
    {
        _folder.Write("data/a.jsonl", Lines(i => $"{i}"));
        _folder.Write("data/b.jsonl", Lines(i => $"{i}.5"));
        var yaml = _folder.Write(
            "job.yaml",
            $$"""
            name: two-types
            task: embed
            model: {{Models.Tiny}}
            input: { data: {{_folder["data"]}}, text: text, keep: [n] }
            rejects: { max_fraction: 1 }
            compute: { instance_count: 2 }
            """
        );
        Environment.SetEnvironmentVariable(WorkerCommand.Variable, Programs.Worker.Arguments[0]);

        var pjob = await Programs.PjobAsync("run", yaml, "--output", _folder["pjob"]);
        var read = SpecReader.ReadFile(yaml);
        var client = await JobClient.RunAsync(read with { Output = read.Output with { Data = _folder["client"] } });

        Assert.True(pjob.ExitCode == 0, pjob.Error);
        Assert.Equal(JobState.Completed, client.Status);
        Assert.Equal((80L, 40L), (client.Counts!.RowsIn, client.Counts.RejectedRows));
        Assert.Equal(Contents("pjob"), Contents("client"));
        Assert.Equal(0, (await Programs.PjobAsync("check", _folder["client"])).ExitCode);
    }

    public void Dispose() => _folder.Dispose();

    static string Lines(Func<int, string> number) =>
        string.Concat(Enumerable.Range(1, 40).Select(i => $$"""{"text": "row {{i}}", "n": {{number(i)}}}""" + "\n"));

    SortedDictionary<string, string> Contents(string output)
    {
        var files = Written
            .Select(folder => _folder[output, folder])
            .Where(Directory.Exists)
            .SelectMany(folder => Directory.GetFiles(folder, "*", SearchOption.AllDirectories));
        return new(files.ToDictionary(file => Path.GetRelativePath(_folder[output], file), Fingerprints.OfFile), StringComparer.Ordinal);
    }
}
