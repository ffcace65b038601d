using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher;
using ProcessingJob.Launcher.Local;
using ProcessingJob.Launcher.Progress;
using ProcessingJob.Testing;

namespace ProcessingJob.EndToEnd.Tests;

/// <summary>What was read is what was planned.</summary>
public sealed class ChangedInputTests : IDisposable
{
    readonly TempFolder _folder = new();

    public ChangedInputTests()
    {
        Environment.SetEnvironmentVariable(WorkerCommand.Variable, Programs.Worker.Arguments[0]);
        _folder.Write("data/a.jsonl", "{\"text\": \"stays\"}\n");
        _folder.Write("data/b.jsonl", "{\"text\": \"before\"}\n");
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(Sharding.Balanced)]
    [InlineData(Sharding.ByKey)]
    public async Task Run_FileRewrittenWithTheSameLengthAfterThePlan_IsNotCommittedUnderItsOldName(Sharding sharding)
    {
        var spec = new JobSpec
        {
            Name = "changed",
            Task = TaskKind.Tokenize,
            Model = Models.Tiny,
            Input = new()
            {
                Data = _folder["data"],
                Text = ["text"],
                Sharding = sharding,
            },
            Output = new() { Data = _folder["out"] },
        };
        var failed = await JobClient.RunAsync(spec, new Rewriter(() => Rewrite("after!")));
        Assert.Equal((JobState.Failed, ExitCode.Failed), (failed.Status, failed.Code));
        Assert.Contains("b.jsonl: changed since it was planned", failed.Message);

        Rewrite("before");
        var restored = await JobClient.RunAsync(spec);
        Assert.Equal(JobState.Completed, restored.Status);
        Assert.Equal(2, restored.Counts!.RowsOut);
        var output = await JobClient.OpenAsync(restored.Output);
        var rows = await output.RowsAsync().ToListAsync(TestContext.Current.CancellationToken);
        var fresh = await JobClient.RunAsync(spec with { Output = new() { Data = _folder["fresh"] } });
        var expected = await (await JobClient.OpenAsync(fresh.Output)).RowsAsync().ToListAsync(TestContext.Current.CancellationToken);
        Assert.Equal(expected.Select(r => r.Get<int[]>("input_ids")), rows.Select(r => r.Get<int[]>("input_ids")));
    }

    void Rewrite(string word)
    {
        using var file = new FileStream(_folder["data", "b.jsonl"], FileMode.Open);
        file.Write(System.Text.Encoding.UTF8.GetBytes($"{{\"text\": \"{word}\"}}\n"));
    }

    /// <summary>Acts between the plan and the workers.</summary>
    sealed class Rewriter(Action act) : IProgress<JobEvent>
    {
        public void Report(JobEvent value)
        {
            if (value is JobPlanned)
            {
                act();
            }
        }
    }
}
