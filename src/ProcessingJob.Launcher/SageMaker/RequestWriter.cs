using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher.Planning;

namespace ProcessingJob.Launcher.SageMaker;

/// <summary>The request that starts a job, for whoever sends it.</summary>
sealed class RequestWriter(RemoteWork work)
{
    /// <summary>What the run would ask SageMaker for, under the name that is free now; nothing is started.</summary>
    public async Task<CreateJobRequest> RequestAsync(JobPlan plan, CancellationToken cancellationToken)
    {
        Preflight.Check(work.Job, plan, work.Region);
        var (name, _) = await work.FindAsync(cancellationToken).ConfigureAwait(false);
        var (hosts, types) = (work.HostsFor(plan), work.Job.Spec.Compute.InstanceType);
        var own = work.Job.Plan(name, hosts, plan.Committed);
        return work.Job.Request(name, types, hosts, work.Region, work.Job.ConfigFolder(name, work.Job.ConfigFiles(own, types)));
    }

    /// <summary>Stages all that the job needs and gives the request that starts it; somebody else sends it.</summary>
    /// <exception cref="PJobException">As a run; exit code 2 too: nothing is left to do, or the job is running.</exception>
    public async Task<CreateJobRequest> WriteRequestAsync(CancellationToken cancellationToken)
    {
        await work.Job.Identity.CheckAsync(work.Job.Output, cancellationToken).ConfigureAwait(false);
        var plan = await work.PlanAsync(cancellationToken).ConfigureAwait(false);
        Preflight.Check(work.Job, plan, work.Region);
        var (name, running) = await work.FindAsync(cancellationToken).ConfigureAwait(false);
        if (running is not null || plan.UnitsLeft == 0)
        {
            throw new PJobException(
                running is null
                    ? $"{work.Job.Output.Location}: all units are committed; fix: pjob finish {work.Job.Output.Location}"
                    : $"{name} is running already; fix: pjob logs -f {name}",
                ExitCode.BadSpec
            );
        }

        await work.Hold.CheckAsync(cancellationToken).ConfigureAwait(false);
        await work.OpenOutputAsync(plan, cancellationToken).ConfigureAwait(false);
        var (types, hosts) = (work.Job.Spec.Compute.InstanceType, work.HostsFor(plan));
        var files = work.Job.ConfigFiles(work.Job.Plan(name, hosts, plan.Committed), types);
        var config = await work.WriteConfigAsync(name, files, cancellationToken).ConfigureAwait(false);
        return work.Job.Request(name, types, hosts, work.Region, config);
    }

    /// <summary>
    /// The same for many executions of a job that is Recurring: without a plan, each host plans what the service gives it at that time.
    /// </summary>
    /// <exception cref="PJobException">Exit code 2: the spec is not for that.</exception>
    public async Task<CreateJobRequest> WriteRecurringAsync(CancellationToken cancellationToken)
    {
        if (work.Job.RemoteData is null || work.Job.Spec.Input is not { Sharding: Sharding.ByKey, Transfer: Transfer.Service })
        {
            throw new PJobException(
                "--recurring: the hosts plan what they find at every execution; fix: input.data on S3, input.sharding: by_key and "
                    + "input.transfer: service",
                ExitCode.BadSpec
            );
        }

        await (work.Job.Identity with { Planned = false }).CheckAsync(work.Job.Output, cancellationToken).ConfigureAwait(false);
        Preflight.Check(work.Job, await work.PlanAsync(cancellationToken).ConfigureAwait(false), work.Region);
        await work.StageAsync(cancellationToken).ConfigureAwait(false);
        var (types, name) = (work.Job.Spec.Compute.InstanceType, work.Job.RecurringName);
        var config = await work.WriteConfigAsync(name, work.Job.ConfigFiles(work.Job.Spec, types), cancellationToken).ConfigureAwait(false);
        return work.Job.Request(name, types, work.Job.Spec.Compute.InstanceCount, work.Region, config);
    }
}
