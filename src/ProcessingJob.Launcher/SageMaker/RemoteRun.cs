using Amazon.Runtime;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher.Aws;
using ProcessingJob.Launcher.Planning;
using ProcessingJob.Launcher.Progress;
using ProcessingJob.Launcher.Reading;

namespace ProcessingJob.Launcher.SageMaker;

/// <summary>One run of a job on SageMaker, from the plan to _SUCCESS.</summary>
sealed class RemoteRun(RemoteWork work, SageMakerTarget target, RemoteOptions options, IProgress<JobEvent> events)
{
    readonly TimeProvider _time = target.Time;
    readonly DateTimeOffset _start = target.Time.GetUtcNow();

    public async Task<JobResult> RunAsync(CancellationToken cancellationToken)
    {
        await work.Job.Identity.CheckAsync(work.Job.Output, cancellationToken).ConfigureAwait(false);
        if (
            !options.Force
            && await work.Finalizer.FindFinishedAsync(work.Job.Identity, work.Job.DataFingerprint, cancellationToken).ConfigureAwait(false)
                is { } finished
        )
        {
            return Result(work.Job.NameOf(1), JobState.Completed) with
            {
                AlreadyComplete = true,
                Units = finished.Units,
                UnitsCommittedBefore = finished.Units,
                Counts = JobCounts.Of(finished),
                Warnings = finished.Warnings,
            };
        }

        var plan = await work.PlanAsync(cancellationToken).ConfigureAwait(false);
        Preflight.Check(work.Job, plan, work.Region);
        if (options.Strict)
        {
            Strictness.Require(plan.Warnings);
        }

        var (name, running) = await work.FindAsync(cancellationToken).ConfigureAwait(false);
        if (running is not null)
        {
            events.Report(new JobNote($"{name} is running already: following it instead of starting a second"));
        }
        else if (plan.UnitsLeft > 0)
        {
            return await StartAsync(plan, cancellationToken).ConfigureAwait(false);
        }

        var before = Result(name, JobState.Running) with
        {
            Units = plan.Units.Count,
            UnitsCommittedBefore = plan.UnitsCommitted,
            Warnings = plan.Warnings,
        };
        if (running is null)
        {
            return await JobFinish.FinishAsync(work.Finalizer, plan, work.Job.Identity, before, Elapsed, work.Steps).ConfigureAwait(false);
        }

        events.Report(new JobNamed(name));
        if (!options.Wait)
        {
            return Submitted(before);
        }

        var (end, lines) = await target.WatchAsync(name, events, cancellationToken).ConfigureAwait(false);
        return await EndAsync(end, lines, plan, before).ConfigureAwait(false);
    }

    /// <summary>
    /// Asks for the instance types in order of preference; one whose quota does not suffice is left out and the rest asked for.
    /// </summary>
    async Task<JobResult> StartAsync(JobPlan plan, CancellationToken cancellationToken)
    {
        var hosts = work.HostsFor(plan);
        if (hosts < plan.Hosts.Count)
        {
            events.Report(new JobNote($"{plan.UnitsLeft} units are left: {hosts} hosts instead of {plan.Hosts.Count}"));
        }

        events.Report(new JobPlanned(work.Job.Plan(work.Job.NameOf(1), hosts, plan.Committed) with { Warnings = plan.Warnings }));
        var types = work.Job.Spec.Compute.InstanceType;
        for (var isOpen = false; ; isOpen = true)
        {
            var (name, _) = await work.FindAsync(cancellationToken).ConfigureAwait(false);
            await work.Hold.TakeAsync(name, options.Force, cancellationToken).ConfigureAwait(false);
            if (!isOpen)
            {
                await work.OpenOutputAsync(plan, cancellationToken).ConfigureAwait(false);
            }

            var own = work.Job.Plan(name, hosts, plan.Committed) with { Warnings = plan.Warnings };
            var config = await work.WriteConfigAsync(name, work.Job.ConfigFiles(own, types), cancellationToken).ConfigureAwait(false);
            var request = work.Job.Request(name, types, hosts, work.Region, config);
            var before = Result(name, JobState.Running) with
            {
                Units = plan.Units.Count,
                UnitsCommittedBefore = plan.UnitsCommitted,
                Warnings = plan.Warnings,
            };
            events.Report(new JobNamed(name));
            try
            {
                await work.Submitter.CreateAsync(request, cancellationToken).ConfigureAwait(false);
            }
            catch (AmazonServiceException e) when (AwsErrors.IsLimitExceeded(e))
            {
                var refused = types.FirstOrDefault(t => e.Message.Contains($"'{t} ", StringComparison.Ordinal)) ?? types[0];
                if (types.Count == 1)
                {
                    throw Limit(refused, hosts, e);
                }

                types = [.. types.Where(t => t != refused)];
                events.Report(
                    new JobNote($"{refused}: {AwsErrors.Words(e)}; trying without it: {string.Join(", ", types)}", IsWarning: true)
                );
                continue;
            }
            events.Report(
                new JobNote($"{name} is created: {hosts} x {string.Join(" or ", types)}, {FailureText.ConsoleUrl(name, work.Region)}")
            );
            if (!options.Wait)
            {
                return Submitted(before);
            }

            var (end, lines) = await target.WatchAsync(name, events, cancellationToken).ConfigureAwait(false);
            return await EndAsync(end, lines, own, before).ConfigureAwait(false);
        }
    }

    /// <summary>From a job that has ended to the result: finished, or why not.</summary>
    async Task<JobResult> EndAsync(JobDescription end, IReadOnlyList<LogLine> lines, JobPlan plan, JobResult before)
    {
        if (end.ProcessingJobStatus == JobStatus.Completed)
        {
            foreach (var host in plan.Hosts)
            {
                events.Report(new HostEnded(host.Host, 0, null));
            }

            if (work.Job.Spec.Input.Sharding == Sharding.ByKey)
            {
                // Which files a host was given, and so which units it made, is known from their records only.
                plan = work.Job.Plan(before.Job, plan.Hosts.Count, await work.CommittedAsync(CancellationToken.None).ConfigureAwait(false));
                before = before with { Units = plan.Units.Count };
            }

            return await JobFinish.FinishAsync(work.Finalizer, plan, work.Job.Identity, before, Elapsed, work.Steps).ConfigureAwait(false);
        }
        var asked = target.StopRequested(end.ProcessingJobName);
        return before with
        {
            Status =
                end.ProcessingJobStatus == JobStatus.Failed ? JobState.Failed
                : !asked && FailureText.RanOut(end) ? JobState.TimedOut
                : JobState.Stopped,
            Code = ExitCode.Remote,
            Message = FailureText.Of(end, asked, lines, work.Region),
            Seconds = Elapsed(),
        };
    }

    static JobResult Submitted(JobResult before) =>
        before with
        {
            Status = JobState.InProgress,
            Message =
                $"come back with: pjob status {before.Job} | pjob logs -f {before.Job} | pjob stop {before.Job}; the same 'pjob "
                + "run' follows and finishes it",
        };

    static PJobException Limit(string type, int hosts, AmazonServiceException e) =>
        new(
            $"compute.instance_type: {AwsErrors.Words(e)}\n  fix: ask for the quota \"{type} for processing job usage\" of Amazon "
                + $"SageMaker, at least {hosts}, in the console under Service Quotas, or: "
                + $"aws service-quotas list-service-quotas --service-code sagemaker --query \"Quotas[?QuotaName=='{type} for "
                + "processing job usage'].QuotaCode\" --output text, then "
                + "aws service-quotas request-service-quota-increase --service-code sagemaker --quota-code CODE --desired-value "
                + $"{hosts}; or name more types in compute.instance_type, which lets the service take another "
                + "('pjob doctor' shows all quotas)",
            ExitCode.Remote,
            e
        );

    JobResult Result(string name, JobState status) =>
        new()
        {
            Job = name,
            Status = status,
            Output = work.Job.Output.Location,
            StartedAt = _start,
            Seconds = Elapsed(),
        };

    double Elapsed() => (_time.GetUtcNow() - _start).TotalSeconds;
}
