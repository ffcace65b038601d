using System.CommandLine;
using ProcessingJob.Cli.Display;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher;

namespace ProcessingJob.Cli.Targets;

/// <param name="Json">--json.</param>
/// <param name="Wait">Follow the job until it ends.</param>
/// <param name="Force">Start a new job even when this one runs or is done.</param>
/// <param name="Strict">Warnings are errors.</param>
sealed record RunSettings(bool Json, bool Wait, bool Force = false, bool Strict = false);

/// <summary>Where jobs run, as the commands see it.</summary>
interface ITarget
{
    /// <summary>Prints what a run would do; starts nothing.</summary>
    /// <exception cref="PJobException">As the run; BadSpec: there are warnings, and they are errors.</exception>
    Task PlanAsync(CliContext cli, JobSpec spec, PlanSettings settings, CancellationToken cancellationToken);

    /// <summary>The same for <c>run --dry-run</c>.</summary>
    Task DryRunAsync(CliContext cli, JobSpec spec, RunSettings settings, CancellationToken cancellationToken);

    Task<int> RunAsync(CliContext cli, JobSpec spec, RunSettings settings, CancellationToken cancellationToken);
}

/// <summary>The options --local and --sagemaker, and what holds without them.</summary>
sealed class TargetOptions
{
    readonly Option<bool> _local = new("--local")
    {
        Description = "Run on this machine, one worker process per host; default unless input.data or output.data is an s3:// URI",
    };
    readonly Option<bool> _sageMaker = new("--sagemaker")
    {
        Description = "Run on Amazon SageMaker Processing; default if input.data or output.data is an s3:// URI",
    };

    public static TargetOptions AddTo(Command command)
    {
        var targets = new TargetOptions();
        command.Options.Add(targets._local);
        command.Options.Add(targets._sageMaker);
        return targets;
    }

    /// <exception cref="PJobException">Both are asked for.</exception>
    public ITarget Choose(ParseResult parsed, JobSpec spec)
    {
        var (local, sageMaker) = (parsed.GetValue(_local), parsed.GetValue(_sageMaker));
        if (local && sageMaker)
        {
            throw new PJobException("--local and --sagemaker: expected one of them", ExitCode.BadSpec);
        }

        if (sageMaker || (!local && JobClient.RunsOnSageMaker(spec)))
        {
            return new SageMakerCommands();
        }

        return new LocalCommands();
    }
}
