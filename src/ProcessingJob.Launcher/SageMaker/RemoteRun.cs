using Amazon.Runtime;
using Amazon.S3;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Finalizing;
using ProcessingJob.Launcher.Aws;
using ProcessingJob.Launcher.Planning;
using ProcessingJob.Launcher.Progress;
using ProcessingJob.Launcher.Reading;
using ProcessingJob.Storage;

namespace ProcessingJob.Launcher.SageMaker;

/// <summary>One run of a job on SageMaker, from the plan to _SUCCESS.</summary>
sealed class RemoteRun(RemoteJob job, SageMakerTarget target, IAmazonS3 s3, RemoteOptions options, IProgress<JobEvent> events)
{
    /// <summary>Of one job, after failures.</summary>
    const int Attempts = 100;
    RemoteJob _job = job;
    readonly TimeProvider _time = target.Time;
    readonly Finalizer _finalizer = new(job.Output, target.Time);
    readonly StepNotes _steps = new(target.Time, events);
    readonly OutputHold _hold = new(job.Output, target.Jobs, target.Time);
    readonly JobSubmitter _submitter = new(target.Jobs, target.Time, events);
    readonly DateTimeOffset _start = target.Time.GetUtcNow();

    public async Task<JobResult> RunAsync(CancellationToken cancellationToken)
    {
        await _job.Identity.CheckAsync(_job.Output, cancellationToken).ConfigureAwait(false);
        if (
            !options.Force
            && await _finalizer.FindFinishedAsync(_job.Identity, _job.DataFingerprint, cancellationToken).ConfigureAwait(false)
                is { } finished
        )
        {
            return Result(_job.NameOf(1), JobState.Completed) with
            {
                AlreadyComplete = true,
                Units = finished.Units,
                UnitsCommittedBefore = finished.Units,
                Counts = JobCounts.Of(finished),
                Warnings = finished.Warnings,
            };
        }

        var plan = await PlanAsync(cancellationToken).ConfigureAwait(false);
        Preflight.Check(_job, plan, target.Connection.Region);
        if (options.Strict)
        {
            Strictness.Require(plan.Warnings);
        }

        var (name, running) = await FindAsync(cancellationToken).ConfigureAwait(false);
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
            return await JobFinish.FinishAsync(_finalizer, plan, _job.Identity, before, Elapsed, _steps).ConfigureAwait(false);
        }

        events.Report(new JobNamed(name));
        if (!options.Wait)
        {
            return Submitted(before);
        }

        var (end, lines) = await target.WatchAsync(name, events, cancellationToken).ConfigureAwait(false);
        return await EndAsync(end, lines, plan, before).ConfigureAwait(false);
    }

    /// <summary>The plan of what is left, over no more hosts than there is work for.</summary>
    public async Task<JobPlan> PlanAsync(CancellationToken cancellationToken)
    {
        var hosts = _job.Spec.Compute.InstanceCount;
        var committed = await CommittedAsync(cancellationToken).ConfigureAwait(false);
        if (committed.Units.Count > 0)
        {
            _job = _job with
            {
                Earlier = await EarlierChoices.FindAsync(_job.Output, _job.Spec, committed.Ids, cancellationToken).ConfigureAwait(false),
            };
        }

        var plan = _job.Plan(_job.NameOf(1), hosts, committed);
        var use = await RemoteModel.ReadAsync(_job, s3, cancellationToken).ConfigureAwait(false);
        return plan with { Warnings = [.. use.Warnings, .. _job.DataWarnings, .. Preflight.Warnings(_job, plan)] };
    }

    Task<CommittedWork> CommittedAsync(CancellationToken cancellationToken) =>
        CommittedUnits.FindAsync(
            _job.Output,
            _job.Files,
            () => JobPlanner.FirstIds(_job.Spec, _job.Files, _job.Identity.ModelFingerprint, _job.Spec.Compute.InstanceCount),
            _job.Identity,
            _steps,
            cancellationToken
        );

    /// <summary>What the run would ask SageMaker for, under the name that is free now; nothing is started.</summary>
    public async Task<CreateJobRequest> RequestAsync(JobPlan plan, CancellationToken cancellationToken)
    {
        Preflight.Check(_job, plan, target.Connection.Region);
        var (name, _) = await FindAsync(cancellationToken).ConfigureAwait(false);
        var (hosts, types) = (HostsFor(plan), _job.Spec.Compute.InstanceType);
        var own = _job.Plan(name, hosts, plan.Committed);
        return _job.Request(name, types, hosts, target.Connection.Region, _job.ConfigFolder(name, _job.ConfigFiles(own, types)));
    }

    /// <summary>Stages all that the job needs and gives the request that starts it; somebody else sends it.</summary>
    /// <exception cref="PJobException">As a run; exit code 2 too: nothing is left to do, or the job is running.</exception>
    public async Task<CreateJobRequest> WriteRequestAsync(CancellationToken cancellationToken)
    {
        await _job.Identity.CheckAsync(_job.Output, cancellationToken).ConfigureAwait(false);
        var plan = await PlanAsync(cancellationToken).ConfigureAwait(false);
        Preflight.Check(_job, plan, target.Connection.Region);
        var (name, running) = await FindAsync(cancellationToken).ConfigureAwait(false);
        if (running is not null || plan.UnitsLeft == 0)
        {
            throw new PJobException(
                running is null
                    ? $"{_job.Output.Location}: all units are committed; fix: pjob finish {_job.Output.Location}"
                    : $"{name} is running already; fix: pjob logs -f {name}",
                ExitCode.BadSpec
            );
        }

        await _hold.CheckAsync(cancellationToken).ConfigureAwait(false);
        await OpenOutputAsync(plan, cancellationToken).ConfigureAwait(false);
        var (types, hosts) = (_job.Spec.Compute.InstanceType, HostsFor(plan));
        var files = _job.ConfigFiles(_job.Plan(name, hosts, plan.Committed), types);
        var config = await WriteConfigAsync(name, files, cancellationToken).ConfigureAwait(false);
        return _job.Request(name, types, hosts, target.Connection.Region, config);
    }

    /// <summary>The same for many executions: without a plan, each host plans what the service gives it at that time.</summary>
    /// <exception cref="PJobException">Exit code 2: the spec is not for that.</exception>
    public async Task<CreateJobRequest> WriteRecurringAsync(CancellationToken cancellationToken)
    {
        if (_job.RemoteData is null || _job.Spec.Input is not { Sharding: Sharding.ByKey, Transfer: Transfer.Service })
        {
            throw new PJobException(
                "--recurring: the hosts plan what they find at every execution; fix: input.data on S3, input.sharding: by_key and "
                    + "input.transfer: service",
                ExitCode.BadSpec
            );
        }

        _job = _job with { Recurring = true };
        await (_job.Identity with { Planned = false }).CheckAsync(_job.Output, cancellationToken).ConfigureAwait(false);
        Preflight.Check(_job, await PlanAsync(cancellationToken).ConfigureAwait(false), target.Connection.Region);
        await StageAsync(cancellationToken).ConfigureAwait(false);
        var (types, name) = (_job.Spec.Compute.InstanceType, _job.RecurringName);
        var config = await WriteConfigAsync(name, _job.ConfigFiles(_job.Spec, types), cancellationToken).ConfigureAwait(false);
        return _job.Request(name, types, _job.Spec.Compute.InstanceCount, target.Connection.Region, config);
    }

    // A host without work would be paid for nothing; which files a host gets by key is not ours to know.
    int HostsFor(JobPlan plan) =>
        _job.Spec.Input.Sharding == Sharding.ByKey || plan.UnitsLeft == 0 ? plan.Hosts.Count : Math.Min(plan.Hosts.Count, plan.UnitsLeft);

    /// <summary>
    /// Asks for the instance types in order of preference; one whose quota does not suffice is left out and the rest asked for.
    /// </summary>
    async Task<JobResult> StartAsync(JobPlan plan, CancellationToken cancellationToken)
    {
        var hosts = HostsFor(plan);
        if (hosts < plan.Hosts.Count)
        {
            events.Report(new JobNote($"{plan.UnitsLeft} units are left: {hosts} hosts instead of {plan.Hosts.Count}"));
        }

        events.Report(new JobPlanned(_job.Plan(_job.NameOf(1), hosts, plan.Committed) with { Warnings = plan.Warnings }));
        var types = _job.Spec.Compute.InstanceType;
        for (var isOpen = false; ; isOpen = true)
        {
            var (name, _) = await FindAsync(cancellationToken).ConfigureAwait(false);
            await _hold.TakeAsync(name, options.Force, cancellationToken).ConfigureAwait(false);
            if (!isOpen)
            {
                await OpenOutputAsync(plan, cancellationToken).ConfigureAwait(false);
            }

            var own = _job.Plan(name, hosts, plan.Committed) with { Warnings = plan.Warnings };
            var config = await WriteConfigAsync(name, _job.ConfigFiles(own, types), cancellationToken).ConfigureAwait(false);
            var request = _job.Request(name, types, hosts, target.Connection.Region, config);
            var before = Result(name, JobState.Running) with
            {
                Units = plan.Units.Count,
                UnitsCommittedBefore = plan.UnitsCommitted,
                Warnings = plan.Warnings,
            };
            events.Report(new JobNamed(name));
            try
            {
                await _submitter.CreateAsync(request, cancellationToken).ConfigureAwait(false);
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
                    new JobNote($"{refused}: {e.Message.TrimEnd('.')}; trying without it: {string.Join(", ", types)}", IsWarning: true)
                );
                continue;
            }
            events.Report(
                new JobNote(
                    $"{name} is created: {hosts} x {string.Join(" or ", types)}, {FailureText.ConsoleUrl(name, target.Connection.Region)}"
                )
            );
            if (!options.Wait)
            {
                return Submitted(before);
            }

            var (end, lines) = await target.WatchAsync(name, events, cancellationToken).ConfigureAwait(false);
            return await EndAsync(end, lines, own, before).ConfigureAwait(false);
        }
    }

    /// <summary>Brings data and model to S3 and makes the output ready for the units that are left.</summary>
    async Task OpenOutputAsync(JobPlan plan, CancellationToken cancellationToken)
    {
        Preflight.CheckSameDevice(_job);
        await StageAsync(cancellationToken).ConfigureAwait(false);
        // Somebody else's job may have come and gone since the first look.
        await _job.Identity.CheckAsync(_job.Output, cancellationToken).ConfigureAwait(false);
        await _finalizer.ReopenAsync(plan.Committed.Redone, cancellationToken).ConfigureAwait(false);
        await _job.Identity.ClaimAsync(_job.Output, cancellationToken).ConfigureAwait(false);
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

            if (_job.Spec.Input.Sharding == Sharding.ByKey)
            {
                // Which files a host was given, and so which units it made, is known from their records only.
                plan = _job.Plan(before.Job, plan.Hosts.Count, await CommittedAsync(CancellationToken.None).ConfigureAwait(false));
                before = before with { Units = plan.Units.Count };
            }

            return await JobFinish.FinishAsync(_finalizer, plan, _job.Identity, before, Elapsed, _steps).ConfigureAwait(false);
        }
        var asked = target.StopRequested(end.ProcessingJobName);
        return before with
        {
            Status =
                end.ProcessingJobStatus == JobStatus.Failed ? JobState.Failed
                : !asked && FailureText.RanOut(end) ? JobState.TimedOut
                : JobState.Stopped,
            Code = ExitCode.Remote,
            Message = FailureText.Of(end, asked, lines, target.Connection.Region),
            Seconds = Elapsed(),
        };
    }

    async Task StageAsync(CancellationToken cancellationToken)
    {
        var stager = new Stager(s3, _job.Staging, _job.Spec.Aws.KmsKey, new StagingNotes(events));
        if (_job.LocalData is { } data)
        {
            await stager.StageAsync("data", data.Root, _job.Files, cancellationToken).ConfigureAwait(false);
        }

        if (_job.LocalModel is { } model)
        {
            await stager.StageAsync("models", model, _job.ModelFiles, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <returns>The folder that the request names.</returns>
    async Task<S3Uri> WriteConfigAsync(string name, IEnumerable<(string Name, byte[] Content)> given, CancellationToken cancellationToken)
    {
        (string Name, byte[] Content)[] files = [.. given];
        var (stager, folder) = (new Stager(s3, _job.Staging, _job.Spec.Aws.KmsKey), _job.ConfigFolder(name, files));
        foreach (var (file, content) in files)
        {
            await stager.WriteAsync(folder.Append(file), content, cancellationToken).ConfigureAwait(false);
        }

        return folder;
    }

    async Task<(string Name, JobDescription? Running)> FindAsync(CancellationToken cancellationToken)
    {
        if (!options.Force)
        {
            var found = await _submitter.FindAsync(_job.NameOf, cancellationToken).ConfigureAwait(false);
            // A name may be free again because its job was deleted, while a later attempt runs.
            return
                found.Running is null
                && await _hold.RunningAsync(cancellationToken).ConfigureAwait(false) is { } holder
                && Enumerable.Range(1, Attempts).Any(attempt => _job.NameOf(attempt) == holder.ProcessingJobName)
                ? (holder.ProcessingJobName, holder)
                : found;
        }

        for (var attempt = 1; ; attempt++)
        {
            if (await target.Jobs.DescribeAsync(_job.NameOf(attempt), cancellationToken).ConfigureAwait(false) is null)
            {
                return (_job.NameOf(attempt), null);
            }
        }
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
            $"compute.instance_type: {e.Message}\n  what to do: ask for the quota \"{type} for processing job usage\" of Amazon "
                + $"SageMaker, at least {hosts}, in the console under Service Quotas, or: "
                + $"aws service-quotas list-service-quotas --service-code sagemaker --query \"Quotas[?QuotaName=='{type} for "
                + "processing job usage'].QuotaCode\" --output text, then "
                + "aws service-quotas request-service-quota-increase --service-code sagemaker --quota-code CODE --desired-value "
                + $"{hosts}. 'pjob doctor' shows all quotas. "
                + "A list in compute.instance_type lets the service take another type",
            ExitCode.Remote,
            e
        );

    JobResult Result(string name, JobState status) =>
        new()
        {
            Job = name,
            Status = status,
            Output = _job.Output.Location,
            StartedAt = _start,
            Seconds = Elapsed(),
        };

    double Elapsed() => (_time.GetUtcNow() - _start).TotalSeconds;

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
