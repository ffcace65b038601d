using Amazon.Runtime;
using ProcessingJob.FakeAws;
using ProcessingJob.Launcher.Aws;
using ProcessingJob.Launcher.SageMaker;

namespace ProcessingJob.Launcher.Tests.Aws;

/// <summary>A fake AWS with clients that talk to it and a clock that waits for nobody.</summary>
sealed class TestAws : IAsyncDisposable
{
    static readonly string[] OurServices = ["SageMaker", "CloudWatch Logs", "Service Quotas"];

    TestAws(FakeAwsServer server, ImpatientTime time, int retries)
    {
        (Server, Time) = (server, time);
        Connection = new AwsConnection
        {
            Region = "us-east-1",
            Credentials = new BasicAWSCredentials("AKIATEST", "secret"),
            MaxErrorRetry = retries,
            Endpoints = OurServices.ToDictionary(s => s, _ => server.Url),
        };
        (Jobs, Logs) = (ProcessingJobs.Over(Connection), new CloudWatchJobLogs(Connection));
    }

    public FakeAwsServer Server { get; }
    public ImpatientTime Time { get; }
    public AwsConnection Connection { get; }
    public IProcessingJobs Jobs { get; }
    public CloudWatchJobLogs Logs { get; }

    /// <param name="retries">The SDK's own; they wait real time, so that few tests ask for any.</param>
    /// <param name="pause">Real milliseconds of every wait.</param>
    public static async Task<TestAws> StartAsync(int retries = 0, int pause = 0)
    {
        var time = new ImpatientTime(pause);
        return new TestAws(await FakeAwsServer.StartAsync(time), time, retries);
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}

/// <summary>A clock on which every wait is over at once, or after a short real pause, having taken exactly its time.</summary>
/// <param name="pause">Real milliseconds of every wait: for tests in which real processes run meanwhile.</param>
sealed class ImpatientTime(int pause = 0) : TimeProvider
{
    int _waits;
    long _ticks = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero).Ticks;

    /// <summary>Waits so far: a loop that spins makes far too many.</summary>
    public int Waits => _waits;

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Interlocked.Increment(ref _waits);
        if (dueTime > TimeSpan.Zero)
        {
            Interlocked.Add(ref _ticks, dueTime.Ticks);
        }

        if (pause > 0)
        {
            return new Timer(_ => callback(state), null, pause, Timeout.Infinite);
        }

        ThreadPool.QueueUserWorkItem(_ => callback(state));
        return new Done();
    }

    sealed class Done : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose() { }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
