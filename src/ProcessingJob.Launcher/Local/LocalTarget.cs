using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher.Planning;
using ProcessingJob.Launcher.Progress;
using ProcessingJob.Storage;

namespace ProcessingJob.Launcher.Local;

/// <summary>
/// Runs jobs on this machine as SageMaker would: a container root and a worker process per host, the same files and exit codes.
/// Hosts write under <c>.pjob/hosts/</c> in the output folder; what they commit is moved into the output, which is then finalized.
/// </summary>
/// <remarks>
/// A run replaces what its output holds: units of files that changed or vanished are removed when the job is done. An output made
/// from entirely other files is refused.
/// </remarks>
public sealed class LocalTarget(TimeProvider time)
{
    public LocalTarget()
        : this(TimeProvider.System) { }

    /// <summary>How workers are started; null: <see cref="WorkerCommand.Find"/>.</summary>
    public WorkerCommand? Worker { get; init; }

    /// <summary>Warnings are errors: those of the plan before the first worker starts, those of workers at the end.</summary>
    public bool Strict { get; init; }

    /// <summary>Operations on the names in the output; null: this machine's.</summary>
    internal DurableFiles? OutputFiles { get; init; }

    /// <summary>What a run would do; writes nothing.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="progress">Told of steps that may take long.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="PJobException">Exit code 2: the spec is wrong, or the output holds another job's; 4: no model.</exception>
    public async Task<JobPlan> PlanAsync(
        JobSpec spec,
        IProgress<StepProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        var job = await LocalJob.PrepareAsync(spec, OutputFiles, progress, cancellationToken).ConfigureAwait(false);
        // What is wrong by itself comes before what does not fit the output that is there.
        var use = job.ReadModel();
        await job.Identity.CheckAsync(job.Output, cancellationToken).ConfigureAwait(false);
        return await job.PlanAsync(use.Warnings, progress, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Runs the job to its end. A job that fails while it runs is a result; a job that cannot start is an exception.</summary>
    /// <param name="spec">The spec; compute.instance_count is the number of worker processes.</param>
    /// <param name="events">Called from several threads.</param>
    /// <param name="cancellationToken">Stops the workers; what they have committed is kept.</param>
    /// <exception cref="PJobException">Exit code 1, 2 or 4; the message says what to do.</exception>
    public async Task<JobResult> RunAsync(JobSpec spec, IProgress<JobEvent> events, CancellationToken cancellationToken = default)
    {
        var job = await LocalJob.PrepareAsync(spec, OutputFiles, new StepNotes(time, events), cancellationToken).ConfigureAwait(false);
        // What is wrong by itself comes before what does not fit the output that is there.
        var use = job.ReadModel();
        await job.Identity.CheckAsync(job.Output, cancellationToken).ConfigureAwait(false);
        using var taken = OutputLock.Take(job.Output);
        var result = await new LocalRun(job, use.Warnings, Worker, time, events, Strict).RunAsync(cancellationToken).ConfigureAwait(false);
        result = Strict ? result.Strictly() : result;
        await job.Output.WriteAsync(LastRun, ContractJson.Write(result), CancellationToken.None).ConfigureAwait(false);
        return result;
    }

    /// <summary>The last run's <see cref="JobResult"/>, in the output.</summary>
    public const string LastRun = LocalStore.PrivateFolder + "/last-run.json";
}
