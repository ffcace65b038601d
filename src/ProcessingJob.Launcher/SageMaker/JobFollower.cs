using System.Runtime.CompilerServices;
using Amazon.Runtime;
using ProcessingJob.Contract;
using ProcessingJob.Launcher.Aws;

namespace ProcessingJob.Launcher.SageMaker;

/// <summary>How often a follower asks. Together well under one call a second, far below what the services allow an account.</summary>
public sealed record FollowOptions
{
    /// <summary>Between two questions after a job's state, at first; grows by half each time nothing changes.</summary>
    public TimeSpan FirstPoll { get; init; } = TimeSpan.FromSeconds(5);
    public TimeSpan LongestPoll { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Between two readings of the logs.</summary>
    public TimeSpan LogPoll { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Between two pages of one reading: FilterLogEvents is limited per account and region.</summary>
    public TimeSpan PagePause { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>How much later than its own time a line may appear.</summary>
    public TimeSpan LateLines { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Readings after the end that bring nothing, in a row, before the logs are taken as complete: lines come seconds after the state does.
    /// </summary>
    public int QuietReadings { get; init; } = 2;

    /// <summary>How long the service may be out of reach in a row.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// Tags decide on access in some accounts and take a while to arrive: refusals this long after creation are waited out.
    /// </summary>
    public TimeSpan AccessGrace { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>Follows one job to its end through Describe and the logs. One use per instance.</summary>
public sealed class JobFollower(IProcessingJobs jobs, IJobLogs? logs, TimeProvider time, FollowOptions options)
{
    readonly JobLogReader? _reader = logs is null ? null : new JobLogReader(logs, time, options);

    // Apart: logs that can be read say nothing of a state that cannot.
    readonly Outage _describing = new(),
        _reading = new();

    /// <summary>The job's events until it has ended, the last being <see cref="RemoteEvent.Ended"/>.</summary>
    /// <exception cref="PJobException">There is no such job, AWS refuses, or the service was out of reach for longer than the patience; the
    /// job itself goes on.</exception>
    public async IAsyncEnumerable<RemoteEvent> FollowAsync(
        string name,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        JobPhase? phase = null;
        var wait = options.FirstPoll;
        var started = time.GetUtcNow();
        DateTimeOffset nextDescribe = started,
            nextLogs = started;
        JobDescription? job = null;
        var quiet = 0;
        while (true)
        {
            var now = time.GetUtcNow();
            if (now >= nextDescribe)
            {
                var (answer, trouble) = await AskAsync(
                        name,
                        _describing,
                        () => jobs.DescribeAsync(name, cancellationToken),
                        started,
                        cancellationToken
                    )
                    .ConfigureAwait(false);
                if (trouble is not null)
                {
                    yield return trouble;
                }
                else
                {
                    job = answer ?? throw SageMakerTarget.Missing(name);
                }

                var changed = job is not null && trouble is null && PhaseOf(job) != phase;
                if (changed)
                {
                    phase = PhaseOf(job!);
                    yield return new RemoteEvent.Phase(phase.Value, job!);
                }
                wait = changed ? options.FirstPoll : Min(wait * 1.5, options.LongestPoll);
                nextDescribe = time.GetUtcNow() + wait;
            }
            // There is nothing to read before the hosts run.
            var reads = _reader is not null && job is not null && phase is not JobPhase.Pending;
            if (reads && (now >= nextLogs || job!.IsTerminal))
            {
                var (lines, trouble) = await AskAsync(
                        name,
                        _reading,
                        () => _reader!.ReadNewAsync(job!, cancellationToken),
                        started,
                        cancellationToken
                    )
                    .ConfigureAwait(false);
                if (trouble is not null)
                {
                    yield return trouble;
                }

                if (job!.IsTerminal && lines is not null)
                {
                    quiet = lines.Count == 0 ? quiet + 1 : 0;
                }

                foreach (var line in lines ?? [])
                {
                    yield return new RemoteEvent.Log(line);
                }

                nextLogs = time.GetUtcNow() + options.LogPoll;
            }
            if (
                job is { IsTerminal: true }
                && (_reader is null || phase is null || job.ProcessingStartTime is null || quiet >= options.QuietReadings)
            )
            {
                yield return new RemoteEvent.Ended(job);
                yield break;
            }
            var next =
                job is { IsTerminal: true } ? time.GetUtcNow() + options.FirstPoll
                : reads ? Earlier(nextDescribe, nextLogs)
                : nextDescribe;
            await Task.Delay(Max(next - time.GetUtcNow(), TimeSpan.FromMilliseconds(1)), time, cancellationToken).ConfigureAwait(false);
        }
    }

    public static JobPhase PhaseOf(JobDescription job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return job.ProcessingJobStatus switch
        {
            JobStatus.Completed => JobPhase.Completed,
            JobStatus.Failed => JobPhase.Failed,
            JobStatus.Stopped => JobPhase.Stopped,
            JobStatus.Stopping => JobPhase.Stopping,
            _ => job.ProcessingStartTime is null ? JobPhase.Pending : JobPhase.Running,
        };
    }

    /// <summary>Asks; a passing failure becomes a trouble event, until the patience ends.</summary>
    async Task<(T? Answer, RemoteEvent.Trouble? Trouble)> AskAsync<T>(
        string name,
        Outage outage,
        Func<Task<T>> ask,
        DateTimeOffset started,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var answer = await ask().ConfigureAwait(false);
            outage.Since = null;
            return (answer, null);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && (AwsErrors.IsTransient(e) || IsEarlyRefusal(e, started)))
        {
            var now = time.GetUtcNow();
            outage.Since ??= now;
            if (now - outage.Since > options.Patience)
            {
                throw new PJobException(
                    $"AWS could not be reached for {options.Patience.TotalMinutes:0} minutes: {AwsErrors.Words(e)}; {GoesOn(name)}",
                    ExitCode.Remote,
                    e
                );
            }

            return (default, new RemoteEvent.Trouble(e.Message));
        }
        catch (AmazonServiceException e)
        {
            throw new PJobException($"{AwsErrors.Explain(e)}; {GoesOn(name)}", ExitCode.Remote, e);
        }
    }

    static string GoesOn(string name) =>
        $"{name} goes on without being followed; come back with the same 'pjob run' or 'pjob status {name}'";

    bool IsEarlyRefusal(Exception e, DateTimeOffset started) =>
        e is AmazonServiceException s && AwsErrors.IsAccessDenied(s) && time.GetUtcNow() - started < options.AccessGrace;

    /// <summary>How long one kind of question has gone unanswered.</summary>
    sealed class Outage
    {
        public DateTimeOffset? Since { get; set; }
    }

    static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;
}
