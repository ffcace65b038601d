using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Amazon.S3;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher.Aws;
using ProcessingJob.Launcher.Planning;
using ProcessingJob.Launcher.Progress;

namespace ProcessingJob.Launcher.SageMaker;

/// <param name="Wait">False: return as soon as the job is created.</param>
/// <param name="Force">Start a new job even when one with the same work is running or its output is finished.</param>
/// <param name="Strict">Warnings are errors: those of the plan before anything is started, those of workers at the end.</param>
public sealed record RemoteOptions(bool Wait = true, bool Force = false, bool Strict = false);

/// <summary>Runs jobs on SageMaker Processing: the same specs, events and results as the local target.</summary>
/// <remarks>
/// A job's name is made of spec, model, data and output, so that the same run again adopts the running job, goes on from what a
/// failed one committed, or says that all is done. Cancelling a run leaves the job running; <see cref="StopAsync"/> stops it.
/// </remarks>
public sealed class SageMakerTarget(AwsConnection connection, TimeProvider time)
{
    const int LinesKept = 200;
    readonly ConcurrentDictionary<string, bool> _stops = new(StringComparer.Ordinal);

    public SageMakerTarget(AwsConnection connection)
        : this(connection, TimeProvider.System) { }

    public AwsConnection Connection { get; } = connection;
    public IProcessingJobs Jobs { get; init; } = ProcessingJobs.Over(connection);
    public IJobLogs Logs { get; init; } = new CloudWatchJobLogs(connection);

    public FollowOptions FollowOptions { get; init; } = new();
    internal TimeProvider Time { get; } = time;

    /// <summary>Runs the job to its end. A job that fails while it runs is a result; a job that cannot start is an exception.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="options">Whether to wait, and whether to start anew.</param>
    /// <param name="events">Called from several threads.</param>
    /// <param name="cancellationToken">Detaches: the job itself goes on.</param>
    /// <exception cref="PJobException">Exit code 2, 4 or 5; the message says what to do.</exception>
    public async Task<JobResult> RunAsync(
        JobSpec spec,
        RemoteOptions options,
        IProgress<JobEvent> events,
        CancellationToken cancellationToken = default
    )
    {
        using var s3 = Connection.S3();
        return await AwsErrors
            .ExplainAsync(async () =>
            {
                var job = await PrepareAsync(spec, s3, events, cancellationToken).ConfigureAwait(false);
                var result = await new RemoteRun(new(job, this, s3, options.Force, events), this, options, events)
                    .RunAsync(cancellationToken)
                    .ConfigureAwait(false);
                return options.Strict ? result.Strictly() : result;
            })
            .ConfigureAwait(false);
    }

    /// <summary>What a run would do, and the exact request it would send; reads AWS, writes and starts nothing.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="events">Told of steps that take long.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="PJobException">As <see cref="RunAsync"/>.</exception>
    public async Task<(JobPlan Plan, CreateJobRequest Request)> PlanAsync(
        JobSpec spec,
        IProgress<JobEvent>? events = null,
        CancellationToken cancellationToken = default
    )
    {
        events ??= new Progress<JobEvent>();
        using var s3 = Connection.S3();
        return await AwsErrors
            .ExplainAsync(async () =>
            {
                var job = await PrepareAsync(spec, s3, events, cancellationToken).ConfigureAwait(false);
                await job.Identity.CheckAsync(job.Output, cancellationToken).ConfigureAwait(false);
                var work = new RemoteWork(job, this, s3, force: false, events);
                var plan = await work.PlanAsync(cancellationToken).ConfigureAwait(false);
                return (plan, await new RequestWriter(work).RequestAsync(plan, cancellationToken).ConfigureAwait(false));
            })
            .ConfigureAwait(false);
    }

    Task<RemoteJob> PrepareAsync(JobSpec spec, IAmazonS3 s3, IProgress<JobEvent> events, CancellationToken cancellationToken) =>
        RemoteJob.PrepareAsync(spec, Connection, s3, new StepNotes(Time, events), cancellationToken);

    /// <summary>Stages model, data and config and gives the request that starts the job, for whoever sends it.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="recurring">For many executions: the hosts plan what they find each time (input.sharding: by_key).</param>
    /// <param name="events">Told of the staging.</param>
    /// <param name="cancellationToken">Ends the staging; what is there counts next time.</param>
    /// <exception cref="PJobException">As <see cref="RunAsync"/>.</exception>
    public async Task<CreateJobRequest> WriteRequestAsync(
        JobSpec spec,
        bool recurring,
        IProgress<JobEvent> events,
        CancellationToken cancellationToken = default
    )
    {
        using var s3 = Connection.S3();
        return await AwsErrors
            .ExplainAsync(async () =>
            {
                var job = await PrepareAsync(spec, s3, events, cancellationToken).ConfigureAwait(false);
                var writer = new RequestWriter(new(job with { Recurring = recurring }, this, s3, force: false, events));
                return recurring
                    ? await writer.WriteRecurringAsync(cancellationToken).ConfigureAwait(false)
                    : await writer.WriteRequestAsync(cancellationToken).ConfigureAwait(false);
            })
            .ConfigureAwait(false);
    }

    /// <summary>Follows any processing job to its end, its lines as events; returns it with its last lines.</summary>
    public async Task<(JobDescription Job, IReadOnlyList<LogLine> LastLines)> WatchAsync(
        string name,
        IProgress<JobEvent> events,
        CancellationToken cancellationToken = default
    )
    {
        var (hosts, last) = (new HashSet<string>(StringComparer.Ordinal), new Queue<LogLine>());
        await foreach (
            var happened in new JobFollower(Jobs, Logs, Time, FollowOptions).FollowAsync(name, cancellationToken).ConfigureAwait(false)
        )
        {
            switch (happened)
            {
                case RemoteEvent.Phase phase:
                    events.Report(new JobNote($"{name}: {phase.Now.ToString().ToLowerInvariant()}"));
                    break;
                case RemoteEvent.Trouble trouble:
                    events.Report(new JobNote(trouble.Message, IsWarning: true));
                    break;
                case RemoteEvent.Log { Line: var line }:
                    if (hosts.Add(line.Host))
                    {
                        events.Report(new HostStarted(line.Host));
                    }

                    var said = WorkerEvent.Parse(line.Message);
                    events.Report(
                        said.Progress is { } progress ? new HostProgressed(line.Host, progress) : new HostLogged(line.Host, said)
                    );
                    // Metrics have no words, and would take the place of lines that tell why a job failed.
                    if (said is { Progress: null, Text.Length: > 0 })
                    {
                        last.Enqueue(line);
                    }

                    if (last.Count > LinesKept)
                    {
                        last.Dequeue();
                    }

                    break;
                case RemoteEvent.Ended end:
                    return (end.Job, [.. last]);
            }
        }
        throw new InvalidOperationException("a follower ended without an end");
    }

    /// <summary>Asks a job to stop. False: there is none of that name.</summary>
    public Task<bool> StopAsync(string name, CancellationToken cancellationToken = default)
    {
        _stops[name] = true;
        return AwsErrors.ExplainAsync(() => Jobs.StopAsync(name, cancellationToken));
    }

    /// <summary>The job of this name, or null.</summary>
    /// <exception cref="PJobException">Exit code 5: AWS refused.</exception>
    public Task<JobDescription?> FindAsync(string name, CancellationToken cancellationToken = default) =>
        AwsErrors.ExplainAsync(() => Jobs.DescribeAsync(name, cancellationToken));

    /// <summary>The job of this name.</summary>
    /// <exception cref="PJobException">Exit code 5: there is none, or AWS refused.</exception>
    public async Task<JobDescription> DescribeAsync(string name, CancellationToken cancellationToken = default) =>
        await FindAsync(name, cancellationToken).ConfigureAwait(false) ?? throw Missing(name);

    /// <summary>The newest jobs, at most <paramref name="count"/>.</summary>
    public Task<IReadOnlyList<JobSummary>> ListAsync(
        string? nameContains,
        JobStatus? status,
        int count,
        CancellationToken cancellationToken = default
    ) =>
        AwsErrors.ExplainAsync(async () =>
        {
            var jobs = new List<JobSummary>();
            await foreach (var job in Jobs.ListAsync(nameContains, status, cancellationToken).ConfigureAwait(false))
            {
                if (jobs.Count == count)
                {
                    break;
                }

                jobs.Add(job);
            }
            return (IReadOnlyList<JobSummary>)jobs;
        });

    /// <summary>The lines of all hosts of a job so far, or as they come until it has ended.</summary>
    /// <exception cref="PJobException">Exit code 5: there is none, or AWS refused.</exception>
    public async IAsyncEnumerable<LogLine> ReadLogsAsync(
        string name,
        bool follow,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        var job = await DescribeAsync(name, cancellationToken).ConfigureAwait(false);
        if (!follow || job.IsTerminal)
        {
            foreach (
                var line in await AwsErrors
                    .ExplainAsync(() => new JobLogReader(Logs, Time, FollowOptions).ReadNewAsync(job, cancellationToken))
                    .ConfigureAwait(false)
            )
            {
                yield return line;
            }

            yield break;
        }
        await foreach (
            var happened in new JobFollower(Jobs, Logs, Time, FollowOptions).FollowAsync(name, cancellationToken).ConfigureAwait(false)
        )
        {
            if (happened is RemoteEvent.Log { Line: var line })
            {
                yield return line;
            }
        }
    }

    internal static PJobException Missing(string name) =>
        new($"there is no processing job {name} in this account and region; fix: 'pjob list' shows those there are", ExitCode.Remote);

    internal bool StopRequested(string name) => _stops.ContainsKey(name);
}
