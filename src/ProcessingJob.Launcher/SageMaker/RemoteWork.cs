using Amazon.S3;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Finalizing;
using ProcessingJob.Launcher.Planning;
using ProcessingJob.Launcher.Progress;
using ProcessingJob.Storage;

namespace ProcessingJob.Launcher.SageMaker;

/// <summary>What starting a job on SageMaker and writing its request for others have in common: plan, name, staging.</summary>
sealed class RemoteWork(RemoteJob job, SageMakerTarget target, IAmazonS3 s3, bool force, IProgress<JobEvent> events)
{
    /// <summary>Of one job, after failures.</summary>
    const int Attempts = 100;

    /// <summary>The job; with the choices of earlier runs once it is planned.</summary>
    public RemoteJob Job { get; private set; } = job;

    public Finalizer Finalizer { get; } = new(job.Output, target.Time);

    public StepNotes Steps { get; } = new(target.Time, events);

    public OutputHold Hold { get; } = new(job.Output, target.Jobs, target.Time);

    public JobSubmitter Submitter { get; } = new(target.Jobs, target.Time, events);

    public string Region => target.Connection.Region;

    /// <summary>The plan of what is left, over no more hosts than there is work for.</summary>
    public async Task<JobPlan> PlanAsync(CancellationToken cancellationToken)
    {
        var hosts = Job.Spec.Compute.InstanceCount;
        var committed = await CommittedAsync(cancellationToken).ConfigureAwait(false);
        if (committed.Units.Count > 0)
        {
            Job = Job with
            {
                Earlier = await EarlierChoices.FindAsync(Job.Output, Job.Spec, committed.Ids, cancellationToken).ConfigureAwait(false),
            };
        }

        var plan = Job.Plan(Job.NameOf(1), hosts, committed);
        var use = await RemoteModel.ReadAsync(Job, s3, cancellationToken).ConfigureAwait(false);
        return plan with { Warnings = [.. use.Warnings, .. Job.DataWarnings, .. Preflight.Warnings(Job, plan)] };
    }

    public Task<CommittedWork> CommittedAsync(CancellationToken cancellationToken) =>
        CommittedUnits.FindAsync(
            Job.Output,
            Job.Files,
            () => JobPlanner.FirstIds(Job.Spec, Job.Files, Job.Identity.ModelFingerprint, Job.Spec.Compute.InstanceCount),
            Job.Identity,
            Steps,
            cancellationToken
        );

    // A host without work would be paid for nothing; which files a host gets by key is not ours to know.
    public int HostsFor(JobPlan plan) =>
        Job.Spec.Input.Sharding == Sharding.ByKey || plan.UnitsLeft == 0 ? plan.Hosts.Count : Math.Min(plan.Hosts.Count, plan.UnitsLeft);

    /// <summary>Brings data and model to S3 and makes the output ready for the units that are left.</summary>
    public async Task OpenOutputAsync(JobPlan plan, CancellationToken cancellationToken)
    {
        Preflight.CheckSameDevice(Job);
        await StageAsync(cancellationToken).ConfigureAwait(false);
        // Somebody else's job may have come and gone since the first look.
        await Job.Identity.CheckAsync(Job.Output, cancellationToken).ConfigureAwait(false);
        await Finalizer.ReopenAsync(plan.Committed.Redone, cancellationToken).ConfigureAwait(false);
        await Job.Identity.ClaimAsync(Job.Output, cancellationToken).ConfigureAwait(false);
    }

    public async Task StageAsync(CancellationToken cancellationToken)
    {
        var stager = new Stager(s3, Job.Staging, Job.Spec.Aws.KmsKey, new StagingNotes(events));
        if (Job.LocalData is { } data)
        {
            await stager.StageAsync("data", data.Root, Job.Files, cancellationToken).ConfigureAwait(false);
        }

        if (Job.LocalModel is { } model)
        {
            await stager.StageAsync("models", model, Job.ModelFiles, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <returns>The folder that the request names.</returns>
    public async Task<S3Uri> WriteConfigAsync(
        string name,
        IEnumerable<(string Name, byte[] Content)> given,
        CancellationToken cancellationToken
    )
    {
        (string Name, byte[] Content)[] files = [.. given];
        var (stager, folder) = (new Stager(s3, Job.Staging, Job.Spec.Aws.KmsKey), Job.ConfigFolder(name, files));
        foreach (var (file, content) in files)
        {
            await stager.WriteAsync(folder.Append(file), content, cancellationToken).ConfigureAwait(false);
        }

        return folder;
    }

    public async Task<(string Name, JobDescription? Running)> FindAsync(CancellationToken cancellationToken)
    {
        if (!force)
        {
            var found = await Submitter.FindAsync(Job.NameOf, cancellationToken).ConfigureAwait(false);
            // A name may be free again because its job was deleted, while a later attempt runs.
            return
                found.Running is null
                && await Hold.RunningAsync(cancellationToken).ConfigureAwait(false) is { } holder
                && Enumerable.Range(1, Attempts).Any(attempt => Job.NameOf(attempt) == holder.ProcessingJobName)
                ? (holder.ProcessingJobName, holder)
                : found;
        }

        for (var attempt = 1; ; attempt++)
        {
            if (await target.Jobs.DescribeAsync(Job.NameOf(attempt), cancellationToken).ConfigureAwait(false) is null)
            {
                return (Job.NameOf(attempt), null);
            }
        }
    }

    sealed class StagingNotes(IProgress<JobEvent> events) : IProgress<StagingProgress>
    {
        public void Report(StagingProgress value) =>
            events.Report(
                new JobNote(
                    $"staging {value.What}: {value.Files} of {value.TotalFiles} files, {value.Bytes / 1e6:0.0} of "
                        + $"{value.TotalBytes / 1e6:0.0} MB"
                )
            );
    }
}
