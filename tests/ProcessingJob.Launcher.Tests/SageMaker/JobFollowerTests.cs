using ProcessingJob.Contract;
using ProcessingJob.FakeAws;
using ProcessingJob.Launcher.SageMaker;
using ProcessingJob.Launcher.Tests.Aws;

namespace ProcessingJob.Launcher.Tests.SageMaker;

public sealed class JobFollowerTests
{
    static Task<List<RemoteEvent>> FollowAsync(TestAws aws, FollowOptions? options = null) =>
        new JobFollower(aws.Jobs, aws.Logs, aws.Time, options ?? new FollowOptions())
            .FollowAsync("reviews-0123456789")
            .ToListAsync()
            .AsTask();

    static async Task<TestAws> WithJobAsync(JobScript script)
    {
        var aws = await TestAws.StartAsync();
        aws.Server.Jobs.Scripts.Enqueue(script);
        await aws.Jobs.CreateAsync(Some.Request());
        return aws;
    }

    [Fact]
    public async Task Follow_JobThatCompletes_GivesEachPhaseOnceAndThenTheEnd()
    {
        await using var aws = await WithJobAsync(new JobScript(PendingPolls: 3, RunningPolls: 4));

        var events = await FollowAsync(aws);

        Assert.Equal([JobPhase.Pending, JobPhase.Running, JobPhase.Completed], events.OfType<RemoteEvent.Phase>().Select(p => p.Now));
        Assert.Equal(JobStatus.Completed, Assert.IsType<RemoteEvent.Ended>(events[^1]).Job.ProcessingJobStatus);
    }

    [Theory]
    [InlineData(1, 0, false)]
    [InlineData(3, 2, true)]
    [InlineData(100, 1, false)]
    public async Task Follow_PagesWithGapsAndRepeats_GivesEveryLineOnceInOrder(int pageSize, int emptyPages, bool repeat)
    {
        await using var aws = await WithJobAsync(new JobScript(1, 5));
        (aws.Server.Logs.PageSize, aws.Server.Logs.EmptyPages, aws.Server.Logs.Repeat) = (pageSize, emptyPages, repeat);
        for (var i = 0; i < 20; i++)
        {
            aws.Server.Logs.Print(
                "reviews-0123456789",
                $"algo-{i % 3 + 1}",
                $"line {i:D2}",
                aws.Time.GetUtcNow() + TimeSpan.FromMilliseconds(i)
            );
        }

        aws.Server.Logs.Print("reviews-0123456789-2", "algo-1", "another job's line", aws.Time.GetUtcNow());

        var lines = (await FollowAsync(aws)).OfType<RemoteEvent.Log>().Select(l => l.Line).ToList();

        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"line {i:D2}"), lines.Select(l => l.Message));
        Assert.Equal("algo-2", lines[1].Host);
    }

    [Fact]
    public async Task Follow_LineThatTurnsUpLate_IsNotLost()
    {
        await using var aws = await WithJobAsync(new JobScript(1, 6));
        var start = aws.Time.GetUtcNow();
        aws.Server.Logs.Print("reviews-0123456789", "algo-1", "first", start);
        aws.Server.Logs.Print("reviews-0123456789", "algo-2", "late", start + TimeSpan.FromSeconds(1), visibleAfterReads: 2);
        aws.Server.Logs.Print("reviews-0123456789", "algo-1", "later in time", start + TimeSpan.FromSeconds(60));

        var lines = (await FollowAsync(aws)).OfType<RemoteEvent.Log>().Select(l => l.Line.Message);

        Assert.Equal(["first", "later in time", "late"], lines);
    }

    [Fact]
    public async Task Follow_LineThatAppearsAfterTheEnd_IsStillRead()
    {
        await using var aws = await WithJobAsync(new JobScript(0, 0, JobEnd.Failed("host=algo-1 out of disk")));
        aws.Server.Logs.Print("reviews-0123456789", "algo-1", "last words", aws.Time.GetUtcNow(), visibleAfterReads: 1);

        var events = await FollowAsync(aws);

        Assert.Contains(events, e => e is RemoteEvent.Log { Line.Message: "last words" });
        Assert.Equal(JobStatus.Failed, Assert.IsType<RemoteEvent.Ended>(events[^1]).Job.ProcessingJobStatus);
    }

    [Fact]
    public async Task Follow_NoLogGroupYet_IsNoTrouble()
    {
        await using var aws = await WithJobAsync(new JobScript(1, 3));

        Assert.DoesNotContain(await FollowAsync(aws), e => e is RemoteEvent.Trouble);
    }

    [Theory]
    [InlineData("Completed")]
    [InlineData("Failed")]
    [InlineData("Stopped")]
    public async Task Follow_EveryTerminalState_Ends(string status)
    {
        await using var aws = await WithJobAsync(new JobScript(1, 1, new JobEnd(status)));

        Assert.Equal(status, Assert.IsType<RemoteEvent.Ended>((await FollowAsync(aws))[^1]).Job.ProcessingJobStatus.ToString());
    }

    [Fact]
    public async Task Follow_LongJob_StaysFarBelowTheServicesRates()
    {
        await using var aws = await WithJobAsync(new JobScript(10, 200));
        aws.Server.Logs.Print("reviews-0123456789", "algo-1", "hello", aws.Time.GetUtcNow());
        var start = aws.Time.GetUtcNow();

        await FollowAsync(aws);

        var seconds = (aws.Time.GetUtcNow() - start).TotalSeconds;
        Assert.True(aws.Server.CallCount("DescribeProcessingJob") >= 200);
        // No wait is shorter than a page's pause: nothing spins, not even while the job is pending.
        Assert.InRange(aws.Time.Waits, 200, aws.Server.Calls.Count + 10);
        Assert.InRange(aws.Server.CallCount("DescribeProcessingJob") / seconds, 0, 0.1);
        Assert.InRange(aws.Server.CallCount("FilterLogEvents") / seconds, 0, 0.5);
        // FilterLogEvents is limited to a few calls in any one second.
        var times = aws.Server.Calls.Where(c => c.Operation == "FilterLogEvents").Select(c => c.At).ToList();
        Assert.All(times, t => Assert.InRange(times.Count(u => u >= t && u < t + TimeSpan.FromSeconds(1)), 0, 5));
    }

    [Fact]
    public async Task Follow_StormOfThrottlingAndServerErrors_IsRiddenOut()
    {
        await using var aws = await WithJobAsync(new JobScript(1, 30));
        aws.Server.Logs.Print("reviews-0123456789", "algo-1", "hello", aws.Time.GetUtcNow());
        aws.Server.Fail(
            "DescribeProcessingJob",
            [.. Enumerable.Repeat(Fault.Throttle, 5), .. Enumerable.Repeat(Fault.ServerError, 5), Fault.LostResponse]
        );
        aws.Server.Fail("FilterLogEvents", Enumerable.Repeat(Fault.Throttle, 10));

        var events = await FollowAsync(aws);

        Assert.Contains(events, e => e is RemoteEvent.Trouble { Message: "Rate exceeded" });
        Assert.Single(events.OfType<RemoteEvent.Log>());
        Assert.IsType<RemoteEvent.Ended>(events[^1]);
    }

    [Fact]
    public async Task Follow_ServiceAwayForLongerThanThePatience_SaysHowToComeBack()
    {
        await using var aws = await WithJobAsync(new JobScript(1, 30));
        aws.Server.Fail("DescribeProcessingJob", Enumerable.Repeat(Fault.ServerError, 500));

        var e = await Assert.ThrowsAsync<PJobException>(() => FollowAsync(aws));

        Assert.Equal(ExitCode.Remote, e.ExitCode);
        Assert.Contains("pjob status", e.Message);
    }

    [Fact]
    public async Task Follow_StateAwayWhileLogsGoOn_LosesItsPatienceToo()
    {
        await using var aws = await WithJobAsync(new JobScript(1, 30));
        aws.Server.Fail("DescribeProcessingJob", [Fault.None, Fault.None, Fault.None, .. Enumerable.Repeat(Fault.ServerError, 500)]);

        var e = await Assert.ThrowsAsync<PJobException>(() => FollowAsync(aws));

        Assert.Contains("for 15 minutes", e.Message);
        Assert.True(aws.Server.CallCount("FilterLogEvents") > 10);
    }

    [Fact]
    public async Task Follow_AccessDeniedWhileTagsSpread_IsWaitedOutButNotForEver()
    {
        await using var aws = await WithJobAsync(new JobScript(1, 3));
        aws.Server.Fail("DescribeProcessingJob", Fault.AccessDenied, Fault.AccessDenied);
        Assert.IsType<RemoteEvent.Ended>((await FollowAsync(aws))[^1]);

        aws.Server.Fail("DescribeProcessingJob", Enumerable.Repeat(Fault.AccessDenied, 500));
        await Assert.ThrowsAsync<PJobException>(() => FollowAsync(aws));
    }

    [Fact]
    public async Task Follow_CredentialsExpire_SaysThatTheJobGoesOnAndHowToComeBack()
    {
        await using var aws = await WithJobAsync(new JobScript(1, 3));
        aws.Server.Fail("DescribeProcessingJob", Fault.None, Fault.Expired);

        var e = await Assert.ThrowsAsync<PJobException>(() => FollowAsync(aws));

        Assert.Equal(ExitCode.Remote, e.ExitCode);
        Assert.Contains("aws sso login", e.Message);
        Assert.Contains("reviews-0123456789 goes on", e.Message);
    }

    [Fact]
    public async Task Follow_ReadingBreaksOffBetweenPages_LosesNoLine()
    {
        await using var aws = await WithJobAsync(new JobScript(1, 5));
        (aws.Server.Logs.PageSize, aws.Server.Logs.EmptyPages) = (4, 0);
        for (var i = 0; i < 12; i++)
        {
            aws.Server.Logs.Print("reviews-0123456789", "algo-1", $"line {i:D2}", aws.Time.GetUtcNow() + TimeSpan.FromMilliseconds(i));
        }

        aws.Server.Fail("FilterLogEvents", Fault.None, Fault.Throttle);

        var lines = (await FollowAsync(aws)).OfType<RemoteEvent.Log>().Select(l => l.Line.Message);

        Assert.Equal(Enumerable.Range(0, 12).Select(i => $"line {i:D2}"), lines);
    }

    [Fact]
    public async Task Follow_JobThatWasQuietForLong_WaitsForItsLastWordsAllTheSame()
    {
        await using var aws = await WithJobAsync(new JobScript(1, 30, JobEnd.Failed("host=algo-1 out of disk")));
        var logs = new LastWords(aws);

        var events = await new JobFollower(aws.Jobs, logs, aws.Time, new FollowOptions()).FollowAsync("reviews-0123456789").ToListAsync();

        Assert.Contains(events, e => e is RemoteEvent.Log { Line.Message: "last words" });
    }

    /// <summary>Shows nothing until the second reading after the job's end.</summary>
    sealed class LastWords(TestAws aws) : IJobLogs
    {
        int _readingsAfterTheEnd;

        public Task<LogPage> ReadAsync(string job, DateTimeOffset from, string? next, CancellationToken cancellationToken = default)
        {
            if (aws.Server.Jobs.Find(job)!.IsTerminal)
            {
                _readingsAfterTheEnd++;
            }

            var line = new LogLine("1", $"{job}/algo-1-1700000000", from, "last words");
            return Task.FromResult(new LogPage(_readingsAfterTheEnd >= 2 ? [line] : [], null));
        }
    }

    [Fact]
    public async Task Follow_UnknownName_IsOneClearError()
    {
        await using var aws = await TestAws.StartAsync();

        var e = await Assert.ThrowsAsync<PJobException>(() => FollowAsync(aws));

        Assert.Contains("no processing job reviews-0123456789", e.Message);
    }
}
