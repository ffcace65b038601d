using System.Globalization;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher.Progress;

namespace ProcessingJob.Launcher.Local;

/// <summary>The workers of one run: started together, watched, stopped together.</summary>
sealed class LocalHosts(WorkerCommand command, JobSpec spec, TimeProvider time, IProgress<JobEvent> events)
{
    /// <summary>
    /// Runs a worker under each root until all have ended. When one fails, the others are stopped: what they committed is kept.
    /// </summary>
    /// <param name="roots">Container roots.</param>
    /// <param name="cancellationToken">Stops all workers.</param>
    /// <returns>In the order of the roots.</returns>
    public async Task<IReadOnlyList<HostOutcome>> RunAsync(IReadOnlyList<HostRoot> roots, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        IEnumerable<KeyValuePair<string, string>> environment = spec.Aws.Environment;
        if (roots.Count > 1)
        {
            // Hosts on one machine share its cores: how many threads run changes no bytes.
            var cores = Math.Max(1, Environment.ProcessorCount / roots.Count).ToString(CultureInfo.InvariantCulture);
            environment = [KeyValuePair.Create("DOTNET_PROCESSOR_COUNT", cores), .. environment];
        }

        return await Task.WhenAll(roots.Select(root => RunHostAsync(root, environment, stop))).ConfigureAwait(false);
    }

    async Task<HostOutcome> RunHostAsync(HostRoot root, IEnumerable<KeyValuePair<string, string>> environment, CancellationTokenSource stop)
    {
        WorkerProcess worker;
        var silence = new SilenceWatch(time, spec.Compute.SilenceLimit, () => events.Report(Silent(root)));
        try
        {
            worker = WorkerProcess.Start(
                command,
                root.Paths.Root,
                environment,
                line =>
                {
                    silence.Heard();
                    Report(root, line);
                }
            );
        }
        catch (PJobException e)
        {
            await stop.CancelAsync().ConfigureAwait(false);
            return new(root.Host, (int)ExitCode.Failed, e.Message, WasStopped: false);
        }
        using (worker)
        {
            events.Report(new HostStarted(root.Host));
            var wasStopped = false;
            var ended = worker.WaitAsync();
            var silent = silence.ExceededAsync(stop.Token);
            var first = await Task.WhenAny(ended, silent).ConfigureAwait(false);
            if (first == silent && silent.IsCompletedSuccessfully)
            {
                worker.Kill();
                await ended.ConfigureAwait(false);
                await stop.CancelAsync().ConfigureAwait(false);
                var message =
                    $"printed nothing for {Durations.Format(spec.Compute.SilenceLimit)} (compute.silence_limit) and was ended; "
                    + "fix: look at its last lines, then run again to go on";
                events.Report(new HostEnded(root.Host, (int)ExitCode.Failed, message));
                return new(root.Host, (int)ExitCode.Failed, message, WasStopped: false);
            }

            if (first == silent)
            {
                wasStopped = true;
                await worker.StopAsync(time).ConfigureAwait(false);
            }
            var exitCode = await ended.ConfigureAwait(false);
            // Ctrl-C reaches the whole process group: the worker may be done with it before we come to ask.
            wasStopped |= stop.IsCancellationRequested && exitCode is (int)ExitCode.Interrupted or (int)ExitCode.Terminated;
            var said = root.ReadMessage() ?? (exitCode == 0 || wasStopped ? null : Unexplained(exitCode, worker.LastErrors));
            events.Report(new HostEnded(root.Host, exitCode, said));
            if (exitCode != 0)
            {
                await stop.CancelAsync().ConfigureAwait(false);
            }

            return new(root.Host, exitCode, said, wasStopped);
        }
    }

    void Report(HostRoot root, WorkerEvent line) =>
        events.Report(
            line.Progress is { } progress
                ? new HostProgressed(root.Host, progress)
                : new HostLogged(root.Host, line with { Text = root.InUsersPaths(line.Text) })
        );

    static JobNote Silent(HostRoot root) =>
        new(
            $"{root.Host} has said nothing for {Durations.Format(SilenceWatch.Notice)}; it may be stopped or waiting for a disk",
            IsWarning: true
        );

    static string Unexplained(int exitCode, string errors)
    {
        var cause = exitCode switch
        {
            137 => "killed (signal 9); when nobody did that, the machine ran out of memory",
            > 128 => $"ended by signal {exitCode - 128}",
            _ => $"ended with exit code {exitCode}",
        };
        return errors.Length == 0 ? cause : $"{cause}: {errors}";
    }
}

/// <param name="WasStopped">It was asked to stop; its exit code says nothing about the job.</param>
sealed record HostOutcome(string Host, int ExitCode, string? Message, bool WasStopped);
