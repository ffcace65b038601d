using System.Diagnostics;
using ProcessingJob.Testing;

namespace ProcessingJob.EndToEnd.Tests;

/// <summary>Jobs of the tasks whose columns are nested, on one, two and five hosts, and after a death.</summary>
public class TaskRunTests
{
    const int Rows = 6_000;

    public static TheoryData<string, string, string> Tasks =>
        new()
        {
            { "tag", "goldens/bert-tokcls", "tag: { aggregation: first }" },
            { "rerank", "folders/ce-1-default", "rerank: { activation: auto }" },
            { "sparse", "folders/splade-max", "sparse: { top_k: 20 }" },
            { "multivector", "folders/colbert", "embed: { role: document }" },
        };

    [Theory, MemberData(nameof(Tasks))]
    public async Task Run_AnyHostsAndADeath_GiveTheSameBytes(string task, string model, string keys)
    {
        var pair = task == "rerank" ? ", text_pair: id" : "";
        using var bench = new JobBench(Rows)
        {
            Job = $"""
                task: {task}
                model: {Repo.File(["tests", "ProcessingJob.Models.Tests", .. model.Split('/')])}
                {keys}
                """,
            Input = pair,
        };
        var one = await bench.CompleteAsync("one", 1);
        Assert.Equal((Rows + 40 + 30 + 3, 2), ((int)one["counts"]!["rows_in"]!, (int)one["counts"]!["rejected_rows"]!));
        await bench.CompleteAsync("two", 2);
        Assert.Equal(bench.Snapshot("one"), bench.Snapshot("two"));

        var run = bench.RunAsync("out", 1);
        while (bench.CommitsUnderWay("out") < 1 && !run.IsCompleted)
        {
            await Task.Delay(10);
        }

        using (var worker = Process.GetProcessById(Programs.WorkersUnder(bench.Path("out", ".pjob", "hosts", "algo-1")).First()))
        {
            worker.Kill();
        }

        Assert.Equal(1, (int)(await run)["exit_code"]!);
        Assert.False(File.Exists(bench.Path("out", "_SUCCESS")));
        var resumed = await bench.CompleteAsync("out", 5);
        Assert.True((int)resumed["units_committed_before"]! >= 1);
        Assert.Equal(bench.Snapshot("one"), bench.Snapshot("out"));
    }
}
