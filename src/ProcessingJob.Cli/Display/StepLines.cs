using ProcessingJob.Launcher.Progress;

namespace ProcessingJob.Cli.Display;

/// <summary>What is said of the long steps of a plan, on standard error: standard output is the plan's.</summary>
sealed class StepLines(CliContext cli) : IProgress<JobEvent>
{
    public void Report(JobEvent value)
    {
        if (EventText.Of(value) is { } line)
        {
            cli.Error.WriteLine(line);
        }
    }
}
