using ProcessingJob.Contract;
using ProcessingJob.Contract.Container;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Finalizing;
using ProcessingJob.Launcher.Planning;
using ProcessingJob.Launcher.Progress;
using ProcessingJob.Launcher.Reading;

namespace ProcessingJob.Launcher.Local;

/// <summary>One run of a job into an output folder that is ours alone.</summary>
sealed class LocalRun(
    LocalJob job,
    IReadOnlyList<JobWarning> warnings,
    WorkerCommand? worker,
    TimeProvider time,
    IProgress<JobEvent> events,
    bool strict
)
{
    readonly Finalizer _finalizer = new(job.Output, time);
    readonly StepNotes _steps = new(time, events);
    readonly DateTimeOffset _startedAt = time.GetUtcNow();
    readonly long _start = time.GetTimestamp();

    public async Task<JobResult> RunAsync(CancellationToken cancellationToken)
    {
        if (await _finalizer.FindFinishedAsync(job.Identity, job.DataFingerprint, cancellationToken).ConfigureAwait(false) is { } finished)
        {
            return Result(JobState.Completed) with
            {
                AlreadyComplete = true,
                Units = finished.Units,
                UnitsCommittedBefore = finished.Units,
                Counts = JobCounts.Of(finished),
                Warnings = finished.Warnings,
            };
        }

        await RecoverAsync(cancellationToken).ConfigureAwait(false);
        var plan = await job.PlanAsync(warnings, _steps, cancellationToken).ConfigureAwait(false);
        await CheckSameDataAsync(plan, cancellationToken).ConfigureAwait(false);
        if (plan.UnitsCommitted > 0)
        {
            plan = plan with
            {
                Work = (
                    await EarlierChoices.FindAsync(job.Output, job.Spec, plan.Committed.Ids, cancellationToken).ConfigureAwait(false)
                ).In(plan.Work),
            };
        }

        if (strict)
        {
            Strictness.Require(plan.Warnings);
        }

        events.Report(new JobPlanned(plan));
        await _finalizer.ReopenAsync(plan.Committed.Redone, cancellationToken).ConfigureAwait(false);
        await job.Identity.ClaimAsync(job.Output, cancellationToken).ConfigureAwait(false);

        var before = Result(JobState.Running) with
        {
            Units = plan.Units.Count,
            UnitsCommittedBefore = plan.UnitsCommitted,
            Warnings = plan.Warnings,
        };
        // So that 'pjob status' knows how much there is to do, also after a kill.
        await job.Output.WriteAsync(LocalTarget.LastRun, ContractJson.Write(before), cancellationToken).ConfigureAwait(false);
        var end = plan.UnitsLeft == 0 ? new RunEnd([], null) : await RunHostsAsync(plan, cancellationToken).ConfigureAwait(false);
        before = before with { Hosts = [.. end.Hosts.Select(h => new HostResult(h.Host, h.ExitCode, h.Message))], Seconds = Elapsed() };
        return end.Failure(cancellationToken) is { } failure
            ? before with
            {
                Status = failure.Status,
                Code = failure.Code,
                Message = failure.Message,
            }
            : await JobFinish.FinishAsync(_finalizer, plan, job.Identity, before, Elapsed, _steps).ConfigureAwait(false);
    }

    async Task<RunEnd> RunHostsAsync(JobPlan plan, CancellationToken cancellationToken)
    {
        var command = worker ?? WorkerCommand.Find();
        // Reports tell of the last run; those of an earlier one with more hosts would be mistaken for it.
        await foreach (var report in job.Output.ListAsync(OutputLayout.ReportFolder, cancellationToken).ConfigureAwait(false))
        {
            await job.Output.DeleteAsync(report.Path, cancellationToken).ConfigureAwait(false);
        }

        var inputs = new HostInputs(plan, job.Input.Root, job.ModelFolder, job.SideFiles, job.Output.Location);
        var roots = plan.Hosts.Select(host => HostRoot.Create(Path.Combine(job.HostsFolder, host.Host), host, inputs)).ToList();

        using var limit = new CancellationTokenSource(job.Spec.Compute.MaxRuntime, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        var watched = new ProgressFile(job.Output, plan.BytesLeft, time, events);
        var hosts = await new LocalHosts(command, job.Spec, time, watched).RunAsync(roots, stop.Token).ConfigureAwait(false);
        watched.Remove();
        _ = Merge(roots.Select(root => root.Paths.Output));
        RemoveHosts();
        return new(hosts, limit.IsCancellationRequested ? job.Spec.Compute.MaxRuntime : null);
    }

    /// <summary>Takes in what a killed run had committed but not yet moved.</summary>
    async Task RecoverAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(job.HostsFolder))
        {
            return;
        }

        var roots = Directory.GetDirectories(job.HostsFolder);
        foreach (var root in roots)
        {
            await LeftoverWorker.StopAsync(root, time, cancellationToken).ConfigureAwait(false);
        }

        var units = Merge(roots.Select(root => new ContainerPaths(root).Output));
        RemoveHosts();
        if (units > 0)
        {
            events.Report(new JobNote($"recovered {units} committed {(units == 1 ? "unit" : "units")} from an interrupted run"));
        }
    }

    /// <summary>Moves what the hosts have committed into the output and has it on the disk.</summary>
    /// <returns>Units moved.</returns>
    int Merge(IEnumerable<string> hostOutputs)
    {
        var merge = new OutputMerge(job.Output);
        var units = hostOutputs.Sum(merge.Merge);
        merge.Sync();
        foreach (var left in merge.LeftBehind)
        {
            events.Report(new JobNote($"{left}; this unit is done again", IsWarning: true));
        }

        return units;
    }

    // Units are redone when their file has changed. When no file of the output is left, this is another job's output.
    async Task CheckSameDataAsync(JobPlan plan, CancellationToken cancellationToken)
    {
        if (plan.UnitsCommitted > 0)
        {
            return;
        }

        var known = plan.Files.Select(f => f.Source).ToHashSet(StringComparer.Ordinal);
        string? example = null;
        await foreach (var file in job.Output.ListAsync(OutputLayout.CommitFolder, cancellationToken).ConfigureAwait(false))
        {
            if (
                OutputNames.UnitOf(file.Path) is null
                || await job.Output.ReadAsync(file.Path, cancellationToken).ConfigureAwait(false) is not { } json
            )
            {
                continue;
            }

            if (OutputMerge.TryRead(json, file.Path) is not { } record)
            {
                continue;
            }

            if (record.Sources.Any(f => known.Contains(f.Source)))
            {
                return;
            }

            example = record.FirstFile;
        }
        if (example is not null)
        {
            throw new PJobException(
                $"output.data: {job.Output.Location} was made from other files ({example}), none of which is in input.data; "
                    + "fix: choose another output.data, or remove that output",
                ExitCode.BadSpec
            );
        }
    }

    void RemoveHosts()
    {
        // Links are removed, what they lead to is not: Directory.Delete does not follow them.
        if (Directory.Exists(job.HostsFolder))
        {
            Directory.Delete(job.HostsFolder, recursive: true);
        }
    }

    JobResult Result(JobState status) =>
        new()
        {
            Job = job.Name,
            Status = status,
            Output = job.Output.Location,
            StartedAt = _startedAt,
            Seconds = Elapsed(),
        };

    double Elapsed() => time.GetElapsedTime(_start).TotalSeconds;

    /// <param name="Hosts">Of all workers.</param>
    /// <param name="LimitReached">max_runtime, when that is what ended them.</param>
    sealed record RunEnd(IReadOnlyList<HostOutcome> Hosts, TimeSpan? LimitReached)
    {
        /// <summary>Null when every worker ended well.</summary>
        public (JobState Status, ExitCode Code, string Message)? Failure(CancellationToken cancellationToken)
        {
            if (Hosts.All(h => h.ExitCode == 0))
            {
                return null;
            }

            var failed = Hosts.Where(h => h.ExitCode != 0 && !h.WasStopped).ToList();
            if (failed.Count > 0)
            {
                var codes = failed.Select(h => h.ExitCode).Distinct().ToList();
                var code = codes is [(int)ExitCode.BadSpec or (int)ExitCode.Rejects or (int)ExitCode.Model]
                    ? (ExitCode)codes[0]
                    : ExitCode.Failed;
                return (JobState.Failed, code, string.Join('\n', failed.Select(h => $"{h.Host}: {h.Message}")));
            }
            return LimitReached is { } limit && !cancellationToken.IsCancellationRequested
                ? (
                    JobState.TimedOut,
                    ExitCode.Failed,
                    $"compute.max_runtime {Durations.Format(limit)} reached; committed units are kept, run again to go on"
                )
                : (JobState.Interrupted, ExitCode.Interrupted, "interrupted; committed units are kept, run again to go on");
        }
    }
}
