using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.FakeAws;
using ProcessingJob.Launcher.Progress;
using ProcessingJob.Launcher.SageMaker;

namespace ProcessingJob.Launcher.Tests.SageMaker;

/// <summary>The whole way from S3 to S3, with worker processes run by the service's rules.</summary>
[Collection(nameof(MotoFixture))]
public sealed class SageMakerTargetTests(MotoFixture moto)
{
    const int Rows = 10 + 15 + 20 + 25 + 30;

    [Theory]
    [InlineData(Sharding.Balanced, 1)]
    [InlineData(Sharding.Balanced, 3)]
    [InlineData(Sharding.ByKey, 3)]
    public async Task Run_Hosts_WritesManifestAndSuccess(Sharding sharding, int hosts)
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        var spec = bench.Spec(hosts);

        var result = await bench.RunAsync(spec with { Input = spec.Input with { Sharding = sharding } });

        Assert.True(result.Code == ExitCode.Done, result.Message);
        Assert.Equal((Rows, 5), ((int)result.Counts!.RowsIn, result.Units));
        Assert.True(await bench.LooksFinishedAsync());
        Assert.Equal(hosts, bench.Events.OfType<HostStarted>().Count());
        Assert.Contains(bench.Events, e => e is HostProgressed { Progress.Rows: > 0 });
        var job = Assert.Single(bench.Aws.Server.Jobs.All);
        Assert.Equal(result.Job, job.Name);
        Assert.Contains("@sha256:", job.Request.GetProperty("AppSpecification").GetProperty("ImageUri").GetString());
        Assert.Equal("arn:aws:iam::123456789012:role/processing", job.Request.GetProperty("RoleArn").GetString());
    }

    [Fact]
    public async Task Run_LocalModelAndData_AreStagedOnceAndOnlyChangesMove()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        bench.WriteModel("model");
        bench.Write("model/onnx/model.onnx", new string('w', 100_000));
        for (var i = 0; i < 3; i++)
        {
            bench.Write($"data/sub/f{i}.txt", RemoteBench.Lines(i));
        }

        var spec = bench.Spec(2) with
        {
            Model = bench.Local("model"),
            Input = new() { Data = bench.Local("data"), Format = InputFormat.Text },
        };

        var result = await bench.RunAsync(spec);

        Assert.True(result.Code == ExitCode.Done, result.Message);
        Assert.Equal(45, result.Counts!.RowsIn);
        Assert.Equal(
            2,
            bench.Notes.Count(n =>
                n.StartsWith("staging models: 5 of 5", StringComparison.Ordinal)
                || n.StartsWith("staging data: 3 of 3", StringComparison.Ordinal)
            )
        );

        bench.Write("data/sub/f3.txt", RemoteBench.Lines(3));
        var before = bench.Notes.Count();
        var again = await bench.RunAsync(spec);

        Assert.Equal((ExitCode.Done, 3, 4), (again.Code, again.UnitsCommittedBefore, again.Units));
        Assert.DoesNotContain(bench.Notes.Skip(before), n => n.StartsWith("staging models", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_Again_SaysAlreadyCompleteAndStartsNothing()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        await bench.RunAsync(bench.Spec(2));

        var again = await bench.RunAsync(bench.Spec(3));

        Assert.True(again.AlreadyComplete);
        Assert.Single(bench.Aws.Server.Jobs.All);
    }

    [Fact]
    public async Task Run_HostCrashes_FailsWithItsMessageAndTheNextRunGoesOn()
    {
        await using var whole = await RemoteBench.StartAsync(moto);
        await whole.RunAsync(whole.Spec());
        await using var bench = await RemoteBench.StartAsync(moto);

        var failed = await bench.RunAsync(bench.Spec(), "*:crash:2");

        Assert.Equal((JobState.Failed, ExitCode.Remote), (failed.Status, failed.Code));
        Assert.Contains("AlgorithmError", failed.Message);
        Assert.Contains("last lines of algo-1", failed.Message);
        Assert.Contains("told to crash", failed.Message);
        Assert.False(await bench.LooksFinishedAsync());

        var resumed = await bench.RunAsync(bench.Spec(3));

        Assert.True(resumed.Code == ExitCode.Done, resumed.Message);
        Assert.Equal((2, 5), (resumed.UnitsCommittedBefore, resumed.Units));
        Assert.EndsWith("-2", resumed.Job);
        Assert.Equal(await whole.SnapshotAsync(), await bench.SnapshotAsync());
    }

    [Fact]
    public async Task Run_CommitUploadedWithoutItsPart_IsDoneAgain()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        bench.Hosts.LostUpload = key => key.Contains("/data/", StringComparison.Ordinal);
        await bench.RunAsync(bench.Spec(), "*:crash:2");
        bench.Hosts.LostUpload = _ => false;

        var resumed = await bench.RunAsync(bench.Spec());

        Assert.True(resumed.Code == ExitCode.Done, resumed.Message);
        Assert.Equal(0, resumed.UnitsCommittedBefore);
        Assert.Equal(Rows, resumed.Counts!.RowsIn);
    }

    [Fact]
    public async Task Run_WorkerExitsWithAMessage_IsInTheFailure()
    {
        await using var bench = await RemoteBench.StartAsync(moto);

        var failed = await bench.RunAsync(bench.Spec(2), "algo-2:exit:4");

        Assert.Equal(ExitCode.Remote, failed.Code);
        Assert.Contains("hosts said: host=algo-2 told to fail", failed.Message);
        Assert.Contains("#/processing-jobs/" + failed.Job, failed.Message);
    }

    [Fact]
    public async Task Run_AnswerToCreateIsLost_AdoptsTheJobInsteadOfASecond()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        bench.Aws.Server.Fail("CreateProcessingJob", Fault.LostResponse);

        var result = await bench.RunAsync(bench.Spec(3));

        Assert.True(result.Code == ExitCode.Done, result.Message);
        Assert.Single(bench.Aws.Server.Jobs.All);
    }

    [Fact]
    public async Task Run_AnswerLostAndSdkRetries_AdoptsOnResourceInUse()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        bench.Aws.Server.Fail("CreateProcessingJob", Fault.LostResponse);
        var target = new SageMakerTarget(bench.Connection with { MaxErrorRetry = 1 }, bench.Aws.Time);

        var result = await target.RunAsync(bench.Spec(2), new RemoteOptions(), bench);

        Assert.True(result.Code == ExitCode.Done, result.Message);
        Assert.Single(bench.Aws.Server.Jobs.All);
        Assert.Equal(2, bench.Aws.Server.CallCount("CreateProcessingJob"));
    }

    [Fact]
    public async Task Run_AnswerLostAndThenThrottled_AdoptsTheJobAllTheSame()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        bench.Aws.Server.Fail("CreateProcessingJob", Fault.LostResponse);
        // Before the creation the names are looked up twice.
        bench.Aws.Server.Fail("DescribeProcessingJob", Fault.None, Fault.None, Fault.Throttle, Fault.ServerError);

        var result = await bench.RunAsync(bench.Spec(2));

        Assert.True(result.Code == ExitCode.Done, result.Message);
        Assert.Single(bench.Aws.Server.Jobs.All);
    }

    [Fact]
    public async Task Run_WhileTheSameRuns_FollowsIt()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        var first = await bench.RunAsync(bench.Spec(2), options: new RemoteOptions(Wait: false));
        Assert.Equal(JobState.InProgress, first.Status);
        Assert.Contains("pjob status " + first.Job, first.Message);

        var second = await bench.RunAsync(bench.Spec(2));

        Assert.True(second.Code == ExitCode.Done, second.Message);
        Assert.Equal(first.Job, second.Job);
        Assert.Contains(bench.Notes, n => n.Contains("is running already", StringComparison.Ordinal));
        Assert.Single(bench.Aws.Server.Jobs.All);
    }

    [Fact]
    public async Task Run_Force_StartsANewJob()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        var first = await bench.RunAsync(bench.Spec(), "*:crash:1", new RemoteOptions());

        var forced = await bench.RunAsync(bench.Spec(), options: new RemoteOptions(Force: true));

        Assert.True(forced.Code == ExitCode.Done, forced.Message);
        Assert.Equal(first.Job + "-2", forced.Job);
    }

    [Fact]
    public async Task Run_Stopped_KeepsWhatIsCommittedAndSaysWhoAsked()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        var target = bench.Target;
        bench.Hosts.Environment["FAKE_WORKER"] = "*:hang:2";
        var run = target.RunAsync(bench.Spec(), new RemoteOptions(), new Asks(bench, async name => await target.StopAsync(name)));

        var result = await run;

        Assert.Equal((JobState.Stopped, ExitCode.Remote), (result.Status, result.Code));
        Assert.Contains("was stopped\n", result.Message);
        var resumed = await bench.RunAsync(bench.Spec());
        Assert.Equal((ExitCode.Done, 2), (resumed.Code, resumed.UnitsCommittedBefore));
    }

    [Fact]
    public async Task Run_StoppedByTheService_IsAFailureThatSaysMaxRuntime()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        bench.Aws.Server.Jobs.Runner = null;
        bench.Aws.Server.Jobs.Scripts.Enqueue(new JobScript(1, 60, JobEnd.Stopped));
        var spec = bench.Spec();

        var result = await bench.RunAsync(spec with { Compute = spec.Compute with { MaxRuntime = TimeSpan.FromMinutes(10) } });

        Assert.Equal((JobState.TimedOut, ExitCode.Remote), (result.Status, result.Code));
    }

    [Fact]
    public async Task Run_ListOfTypes_AsksOnceAndLeavesOutWhatHasNoQuota()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        bench.Aws.Server.Jobs.Scripts.Enqueue(new JobScript(Lacking: ["ml.g4dn.xlarge"]));
        bench.Aws.Server.Fail("CreateProcessingJob", Fault.LimitExceeded("ml.g5.xlarge"));
        var spec = bench.Spec();

        var result = await bench.RunAsync(
            spec with
            {
                Compute = spec.Compute with { InstanceType = ["ml.g5.xlarge", "ml.g4dn.xlarge", "ml.m5.xlarge"] },
            }
        );

        Assert.True(result.Code == ExitCode.Done, result.Message);
        var job = Assert.Single(bench.Aws.Server.Jobs.All);
        var cluster = job.Request.GetProperty("ProcessingResources").GetProperty("ClusterConfig");
        Assert.Equal(
            """[{"InstanceType":"ml.g4dn.xlarge"},{"InstanceType":"ml.m5.xlarge"}]""",
            cluster.GetProperty("InstancePreferences").GetRawText()
        );
        Assert.False(cluster.TryGetProperty("InstanceType", out _));
        Assert.Contains(bench.Notes, n => n.Contains("trying without it: ml.g4dn.xlarge, ml.m5.xlarge", StringComparison.Ordinal));
        var status = await RemoteStatus.ReadAsync(bench.Target, job.Name);
        Assert.Equal("ml.m5.xlarge", status.InstanceType);
    }

    [Fact]
    public async Task Run_NoTypeHasCapacity_SaysHowToListMore()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        bench.Aws.Server.Jobs.Scripts.Enqueue(new JobScript(Lacking: ["ml.g4dn.xlarge", "ml.m5.xlarge"]));
        var spec = bench.Spec();

        var result = await bench.RunAsync(spec with { Compute = spec.Compute with { InstanceType = ["ml.g4dn.xlarge", "ml.m5.xlarge"] } });

        Assert.Equal((JobState.Failed, ExitCode.Remote), (result.Status, result.Code));
        Assert.Contains("a list of up to five types", result.Message);
    }

    [Fact]
    public async Task Run_QuotaOfZero_SaysWhichQuotaAndHowToAsk()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        bench.Aws.Server.Fail("CreateProcessingJob", Fault.LimitExceeded("ml.m5.xlarge"));

        var e = await Assert.ThrowsAsync<PJobException>(() => bench.RunAsync(bench.Spec()));

        Assert.Equal(ExitCode.Remote, e.ExitCode);
        Assert.Contains("\"ml.m5.xlarge for processing job usage\"", e.Message);
        Assert.Contains("request-service-quota-increase", e.Message);
    }

    [Fact]
    public async Task Run_ThrottlingStorm_EndsWell()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        var server = bench.Aws.Server;
        server.Fail("CreateProcessingJob", Fault.Throttle, Fault.ServerError, Fault.RoleNotReady, Fault.Throttle);
        server.Fail("FilterLogEvents", Enumerable.Repeat(Fault.Throttle, 8));

        var result = await bench.RunAsync(bench.Spec(2));

        Assert.True(result.Code == ExitCode.Done, result.Message);
        Assert.Single(server.Jobs.All);
        Assert.Equal(5, server.CallCount("CreateProcessingJob"));
    }

    [Fact]
    public async Task Run_Refused_SaysWhichPermission()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        bench.Aws.Server.Fail("CreateProcessingJob", Fault.AccessDenied);

        var e = await Assert.ThrowsAsync<PJobException>(() => bench.RunAsync(bench.Spec()));

        Assert.Contains("iam:PassRole", e.Message);
    }

    [Fact]
    public async Task Run_EmptyValidation_GuessesAtTheVolume()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        bench.Aws.Server.Fail("CreateProcessingJob", Fault.EmptyValidation);

        var e = await Assert.ThrowsAsync<PJobException>(() => bench.RunAsync(bench.Spec()));

        Assert.Contains("compute.volume_gb is 30 on ml.m5.xlarge", e.Message);
    }

    /// <summary>Asks for something when the first host has done its first unit.</summary>
    sealed class Asks(RemoteBench bench, Func<string, Task> ask) : IProgress<JobEvent>
    {
        bool _asked;

        public void Report(JobEvent value)
        {
            if (_asked || value is not HostProgressed)
            {
                return;
            }

            _asked = true;
            ask(bench.Aws.Server.Jobs.All.First().Name).GetAwaiter().GetResult();
        }
    }
}
