using ProcessingJob.Contract;
using ProcessingJob.Launcher.Finalise;
using ProcessingJob.Launcher.Planning;
using ProcessingJob.Launcher.Progress;

namespace ProcessingJob.Launcher.Local;

/// <summary>One run of a job into an output folder that is ours alone.</summary>
sealed class LocalRun(LocalJob job, WorkerCommand? worker, TimeProvider time, IProgress<JobEvent> events)
{
    readonly Finaliser _finaliser = new(job.Output, time);
    readonly DateTimeOffset _startedAt = time.GetUtcNow();
    readonly long _start = time.GetTimestamp();

    public async Task<JobResult> RunAsync(CancellationToken cancellationToken)
    {
        if (await _finaliser.FindFinishedAsync(job.Identity, job.DataFingerprint, cancellationToken).ConfigureAwait(false) is { } finished)
        {
            return Result("Completed", ExitCode.Done) with
            {
                AlreadyComplete = true,
                Units = finished.Units,
                UnitsCommittedBefore = finished.Units,
                Counts = JobCounts.Of(finished),
            };
        }

        await RecoverAsync(cancellationToken).ConfigureAwait(false);
        var plan = await job.PlanAsync(cancellationToken).ConfigureAwait(false);
        await CheckSameDataAsync(plan, cancellationToken).ConfigureAwait(false);
        if (plan.UnitsCommitted > 0)
        {
            plan = plan with
            {
                Work = (await EarlierChoices.FindAsync(job.Output, job.Spec, cancellationToken).ConfigureAwait(false)).In(plan.Work),
            };
        }

        events.Report(new JobPlanned(plan));
        if (plan.UnitsLeft > 0 && plan.UnitsLeft < plan.Hosts.Count)
        {
            events.Report(
                new JobNote($"units left: {plan.UnitsLeft}, for {plan.Hosts.Count} hosts: some have nothing to do", IsWarning: true)
            );
        }

        await _finaliser.ReopenAsync(plan, cancellationToken).ConfigureAwait(false);
        await job.Identity.ClaimAsync(job.Output, cancellationToken).ConfigureAwait(false);

        var before = Result("", ExitCode.Done) with { Units = plan.Units.Count, UnitsCommittedBefore = plan.UnitsCommitted };
        var end = plan.UnitsLeft == 0 ? new RunEnd([], null) : await RunHostsAsync(plan, cancellationToken).ConfigureAwait(false);
        before = before with { Hosts = [.. end.Hosts.Select(h => new HostResult(h.Host, h.ExitCode, h.Message))], Seconds = Elapsed() };
        return end.Failure(cancellationToken) is { } failure
            ? before with
            {
                Status = failure.Status,
                Code = failure.Code,
                Message = failure.Message,
            }
            : await JobFinish.FinishAsync(_finaliser, plan, job.Identity, before, Elapsed).ConfigureAwait(false);
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
        var hosts = await new LocalHosts(command, time, events).RunAsync(roots, job.Spec.Aws.Environment, stop.Token).ConfigureAwait(false);
        foreach (var root in roots)
        {
            OutputMerge.Merge(root.Paths.Output, job.Output);
        }

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

        var units = 0;
        foreach (var root in Directory.GetDirectories(job.HostsFolder))
        {
            await LeftoverWorker.StopAsync(root, cancellationToken).ConfigureAwait(false);
            units += OutputMerge.Merge(new ContainerPaths(root).Output, job.Output);
        }
        RemoveHosts();
        if (units > 0)
        {
            events.Report(new JobNote($"took in {units} committed units of a run that was cut off"));
        }
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

            if (OutputMerge.TryRead(json, file.Path) is not { SourceFile: var source })
            {
                continue;
            }

            if (known.Contains(source))
            {
                return;
            }

            example = source;
        }
        if (example is not null)
        {
            throw new PJobException(
                $"output.data: {job.Output.Location} was made from other files ({example}), none of which is in input.data; choose another output.data, or remove that output",
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

    JobResult Result(string status, ExitCode code) =>
        new()
        {
            Job = job.Name,
            Status = status,
            Code = code,
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
        public (string Status, ExitCode Code, string Message)? Failure(CancellationToken cancellationToken)
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
                return ("Failed", code, string.Join('\n', failed.Select(h => $"{h.Host}: {h.Message}")));
            }
            return LimitReached is { } limit && !cancellationToken.IsCancellationRequested
                ? (
                    "Stopped: max_runtime reached",
                    ExitCode.Failed,
                    $"compute.max_runtime {Durations.Format(limit)} reached; committed units are kept, run again to go on"
                )
                : ("Interrupted", ExitCode.Interrupted, "interrupted; committed units are kept, run again to go on");
        }
    }
}
