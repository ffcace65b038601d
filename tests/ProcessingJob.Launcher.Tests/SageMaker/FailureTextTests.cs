using ProcessingJob.Launcher.SageMaker;

namespace ProcessingJob.Launcher.Tests.SageMaker;

public sealed class FailureTextTests
{
    static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    static JobDescription Job(JobStatus status, int seconds = 100) =>
        new()
        {
            ProcessingJobName = "reviews-1",
            ProcessingJobStatus = status,
            ProcessingStartTime = Start,
            ProcessingEndTime = Start.AddSeconds(seconds),
            StoppingCondition = new JobStoppingCondition { MaxRuntimeInSeconds = 3600 },
        };

    [Fact]
    public void Of_StoppedByItsLimit_SaysMaxRuntimeReached()
    {
        var text = FailureText.Of(Job(JobStatus.Stopped, 3600), stopRequested: false, [], "us-east-1");

        Assert.Contains("max_runtime reached (01:00:00)", text);
        Assert.Contains("raise compute.max_runtime", text);
    }

    [Fact]
    public void Of_StoppedByUs_DoesNotSpeakOfALimit()
    {
        var text = FailureText.Of(Job(JobStatus.Stopped), stopRequested: true, [], "us-east-1");

        Assert.StartsWith("reviews-1 was stopped\n", text);
        Assert.DoesNotContain("max_runtime", text);
    }

    [Fact]
    public void Of_StoppedBySomebodyElse_SaysSo() =>
        Assert.Contains(
            "was stopped before compute.max_runtime: by 'pjob stop'",
            FailureText.Of(Job(JobStatus.Stopped), stopRequested: false, [], "us-east-1")
        );

    [Theory]
    [InlineData(50, false)]
    [InlineData(59, true)]
    public void RanOut_ShortLimit_IsToldFromAStopLongBefore(int seconds, bool ranOut) =>
        Assert.Equal(
            ranOut,
            FailureText.RanOut(
                Job(JobStatus.Stopped, seconds) with
                {
                    StoppingCondition = new JobStoppingCondition { MaxRuntimeInSeconds = 60 },
                }
            )
        );

    [Fact]
    public void Of_FailedHost_ShowsItsLastLinesAndNotTheOthers()
    {
        var job = Job(JobStatus.Failed) with
        {
            FailureReason = "AlgorithmError: See job logs for more information",
            ExitMessage = "host=algo-2 model file is damaged\n",
        };
        var lines = Enumerable
            .Range(0, 40)
            .Select(i => new LogLine($"{i}", $"reviews-1/algo-{i % 2 + 1}-170", Start.AddSeconds(i), $"line {i}"))
            .ToList();

        var text = FailureText.Of(job, false, lines, "us-east-1");

        Assert.Contains("reason: AlgorithmError", text);
        Assert.Contains("hosts said: host=algo-2 model file is damaged", text);
        Assert.Contains("last lines of algo-2:", text);
        Assert.Contains("line 39", text);
        Assert.DoesNotContain("line 38", text);
        Assert.DoesNotContain("line 19", text);
        Assert.Contains("https://us-east-1.console.aws.amazon.com/sagemaker/home?region=us-east-1#/processing-jobs/reviews-1", text);
    }

    [Theory]
    [InlineData("CapacityError: Unable to provision requested ML compute capacity.", "instance_type a list")]
    [InlineData(
        "ClientError: Please use an instance type with more memory, or reduce the size of job data processed on an instance.",
        "more memory"
    )]
    [InlineData("ClientError: Failed to download data. ListObjectsV2 failed for s3://b/x", "gateway endpoint")]
    [InlineData("InternalServerError: We encountered an internal error. Please try again.", "run the same command again")]
    [InlineData("ClientError: Artifact upload failed: AccessDenied", "s3:PutObject")]
    public void Of_KnownReason_SaysWhatToDo(string reason, string advice) =>
        Assert.Contains(advice, FailureText.Of(Job(JobStatus.Failed) with { FailureReason = reason }, false, [], "us-east-1"));

    [Theory]
    [InlineData("cn-north-1", "https://cn-north-1.console.amazonaws.cn/")]
    [InlineData("us-gov-west-1", "https://us-gov-west-1.console.amazonaws-us-gov.com/")]
    public void ConsoleUrl_OtherPartitions_HaveTheirOwnDomain(string region, string start) =>
        Assert.StartsWith(start, FailureText.ConsoleUrl("j", region));

    [Fact]
    public void Of_HostsThatSucceeded_AreNotTakenForTheOneThatFailed()
    {
        var job = Job(JobStatus.Failed) with { ExitMessage = "host=algo-1 done: 16 rows\n" };
        LogLine[] lines =
        [
            new("1", "reviews-1/algo-1-170", Start, """{"@t":"2026-01-01T00:00:00Z","@m":"done: 16 rows"}"""),
            new("2", "reviews-1/algo-2-170", Start, """{"@t":"2026-01-01T00:00:00Z","@m":"data/b is damaged","@l":"Error"}"""),
            new("3", "reviews-1/algo-1-170", Start, """{"@t":"2026-01-01T00:00:00Z","@m":"goodbye"}"""),
        ];

        var text = FailureText.Of(job, false, lines, "us-east-1");

        Assert.Contains("last lines of algo-2:\n    data/b is damaged", text);
    }
}
