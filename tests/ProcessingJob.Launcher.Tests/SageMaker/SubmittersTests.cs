using System.Text.Json.Nodes;
using ProcessingJob.Contract;
using ProcessingJob.Launcher.Progress;
using ProcessingJob.Launcher.SageMaker;
using ProcessingJob.Storage;

namespace ProcessingJob.Launcher.Tests.SageMaker;

/// <summary>Several who start jobs of one output in the same seconds: one wins, and the others are told which job it is.</summary>
[Collection(nameof(MotoFixture))]
public sealed class SubmittersTests(MotoFixture moto)
{
    [Fact]
    public async Task Run_AnotherHostCountStartedMeanwhile_LosesAndLeavesTheWinnersPlan()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        string? winner = null;
        var target = new SageMakerTarget(bench.Connection, bench.Aws.Time)
        {
            Jobs = new Overtaken(
                bench.Target.Jobs,
                async () => winner = (await bench.RunAsync(bench.Spec(2), options: new RemoteOptions(Wait: false))).Job
            ),
        };

        var e = await Assert.ThrowsAsync<PJobException>(() => target.RunAsync(bench.Spec(3), new RemoteOptions(), bench));

        Assert.Equal(ExitCode.Remote, e.ExitCode);
        Assert.Contains($"{winner}: somebody else has started the job of this name", e.Message);
        Assert.Contains("(2 x ml.m5.xlarge)", e.Message);
        Assert.Contains($"pjob logs -f {winner}", e.Message);
        // What the winner's hosts are given is the winner's.
        var result = await bench.RunAsync(bench.Spec(2));
        Assert.True(result.Code == ExitCode.Done, result.Message);
        var config = bench
            .Aws.Server.Jobs.All.Single()
            .Request.GetProperty("ProcessingInputs")
            .EnumerateArray()
            .Single(i => i.GetProperty("InputName").GetString() == "config")
            .GetProperty("S3Input")
            .GetProperty("S3Uri")
            .GetString();
        var plan = await new S3Store(bench.S3, S3Uri.Parse(config!, "config")).ReadAsync("plan.json");
        Assert.Equal(2, (int)JsonNode.Parse(plan!)!["host_count"]!);
    }

    [Fact]
    public async Task Run_TheSameJobStartedMeanwhile_IsFollowed()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        var target = new SageMakerTarget(bench.Connection, bench.Aws.Time)
        {
            Jobs = new Overtaken(bench.Target.Jobs, () => bench.RunAsync(bench.Spec(2), options: new RemoteOptions(Wait: false))),
        };

        var result = await target.RunAsync(bench.Spec(2), new RemoteOptions(), bench);

        Assert.True(result.Code == ExitCode.Done, result.Message);
        Assert.Single(bench.Aws.Server.Jobs.All);
    }

    [Fact]
    public async Task Run_JobOfOtherDataWritesToTheOutput_IsRefusedByItsName()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        var first = await bench.RunAsync(bench.Spec(), options: new RemoteOptions(Wait: false));
        await bench.PutAsync("in/f9.txt", "a line\n");

        var e = await Assert.ThrowsAsync<PJobException>(() => bench.RunAsync(bench.Spec()));

        Assert.Equal(ExitCode.BadSpec, e.ExitCode);
        Assert.Contains($"output.data: the job {first.Job} is running and writes to s3://{bench.Bucket}/out", e.Message);
        Assert.Single(bench.Aws.Server.Jobs.All);
        var request = await Assert.ThrowsAsync<PJobException>(() => bench.Target.WriteRequestAsync(bench.Spec(), recurring: false, bench));
        Assert.Contains($"the job {first.Job} is running", request.Message);

        await bench.Target.WatchAsync(first.Job, bench);
        var second = await bench.RunAsync(bench.Spec());
        Assert.True(second.Code == ExitCode.Done, second.Message);
        Assert.Equal(JobState.Completed, second.Status);
    }

    [Fact]
    public async Task Watch_LinesOfMetrics_AreNotKept()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        var job = await bench.RunAsync(bench.Spec(), options: new RemoteOptions(Wait: false));

        var (_, kept) = await bench.Target.WatchAsync(job.Job!, bench);

        Assert.DoesNotContain(kept, line => line.Message.Contains("_aws", StringComparison.Ordinal));
        var all = await bench.Target.ReadLogsAsync(job.Job!, follow: false).ToListAsync();
        Assert.Contains(all, line => line.Message.Contains("_aws", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_EarlierAttemptDeletedWhileALaterOneRuns_FollowsThatOne()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        var failed = await bench.RunAsync(bench.Spec(), "*:exit:4");
        Assert.Equal(JobState.Failed, failed.Status);
        var running = await bench.RunAsync(bench.Spec(), options: new RemoteOptions(Wait: false));
        Assert.Equal($"{failed.Job}-2", running.Job);
        Assert.True(bench.Aws.Server.Jobs.Delete(failed.Job));

        var result = await bench.RunAsync(bench.Spec());

        Assert.True(result.Code == ExitCode.Done, result.Message);
        Assert.Equal(running.Job, result.Job);
        Assert.Equal(running.Job, Assert.Single(bench.Aws.Server.Jobs.All).Name);
    }

    [Fact]
    public async Task Take_ManyAtOnce_OneGetsTheOutput()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        var output = new S3Store(bench.S3, new S3Uri(bench.Bucket, "out"));

        var ends = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(async i =>
                {
                    try
                    {
                        await new OutputHold(output, bench.Target.Jobs, TimeProvider.System).TakeAsync($"job-{i}", force: false, default);
                        return $"job-{i}";
                    }
                    catch (PJobException e)
                    {
                        return e.Message;
                    }
                })
        );

        var winner = Assert.Single(ends, e => !e.Contains(' ', StringComparison.Ordinal));
        Assert.All(ends.Where(e => e != winner), e => Assert.Contains($"the job {winner} is being started and writes to", e));
    }

    /// <summary>Before the first job is created, somebody else has created theirs.</summary>
    sealed class Overtaken(IProcessingJobs inner, Func<Task> other) : IProcessingJobs
    {
        bool _done;

        public async Task<string> CreateAsync(CreateJobRequest request, CancellationToken cancellationToken = default)
        {
            if (!_done)
            {
                _done = true;
                await other();
            }

            return await inner.CreateAsync(request, cancellationToken);
        }

        public Task<JobDescription?> DescribeAsync(string name, CancellationToken cancellationToken = default) =>
            inner.DescribeAsync(name, cancellationToken);

        public Task<bool> StopAsync(string name, CancellationToken cancellationToken = default) => inner.StopAsync(name, cancellationToken);

        public IAsyncEnumerable<JobSummary> ListAsync(
            string? nameContains = null,
            JobStatus? status = null,
            CancellationToken cancellationToken = default
        ) => inner.ListAsync(nameContains, status, cancellationToken);
    }
}
