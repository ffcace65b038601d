using ProcessingJob.Cli.Display;
using ProcessingJob.Contract;
using ProcessingJob.Launcher.SageMaker;

namespace ProcessingJob.Cli.Targets;

/// <summary>Ctrl-C while a remote job is followed: it costs money while it runs, so nobody leaves without being told.</summary>
sealed class Detaching(CliContext cli, SageMakerTarget target, bool json)
{
    /// <param name="name">Of the job; null when the run had not come so far.</param>
    public async Task<int> LeaveAsync(string? name)
    {
        JobDescription? job;
        try
        {
            // The user's token is cancelled: what is asked now must not be.
            job = name is null ? null : await target.FindAsync(name, CancellationToken.None);
        }
        catch (PJobException e)
        {
            return Say(
                name,
                "Unknown",
                $"interrupted; {name} may still be running: {e.Message.TrimEnd('.')}; check with: pjob status {name}"
            );
        }
        if (job is null || job.IsTerminal)
        {
            return Say(
                name,
                job is null ? "NotStarted" : job.ProcessingJobStatus.ToString(),
                job is null ? "interrupted; no job was started" : $"interrupted; {name} has already ended: run again to finish its output"
            );
        }

        if (cli.CanAsk && Asks(name!))
        {
            await target.StopAsync(name!, CancellationToken.None);
            return Say(name, "Stopping", $"stopping {name}; committed work is kept, and the same 'pjob run' continues from there");
        }
        return Say(
            name,
            "InProgress",
            $"detached: {name} keeps running; follow it with the same 'pjob run', pjob status {name} or pjob logs -f {name}; "
                + $"stop it with: pjob stop {name}"
        );
    }

    bool Asks(string name)
    {
        cli.Error.Write($"{name} is still running. Stop it (s), or detach and let it run (d)? [d] ");
        cli.Error.Flush();
        return cli.In.ReadLine()?.Trim().ToLowerInvariant() is "s" or "stop" or "y" or "yes";
    }

    int Say(string? name, string status, string message)
    {
        cli.Error.WriteLine(message);
        if (json)
        {
            cli.WriteJson(
                new
                {
                    Job = name,
                    Status = status,
                    ExitCode = (int)ExitCode.Interrupted,
                    Message = message,
                }
            );
        }

        return (int)ExitCode.Interrupted;
    }
}
