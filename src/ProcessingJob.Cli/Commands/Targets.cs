using System.CommandLine;
using ProcessingJob.Contract;

namespace ProcessingJob.Cli.Commands;

/// <param name="Json">--json.</param>
/// <param name="Wait">Follow the job to its end.</param>
internal sealed record RunSettings(bool Json, bool Wait);

/// <summary>Where jobs run, as the commands see it.</summary>
internal interface ITarget
{
    /// <summary>Prints what a run would do; starts nothing.</summary>
    Task<int> PlanAsync(CliContext cli, JobSpec spec, bool json, CancellationToken cancel);

    Task<int> RunAsync(CliContext cli, JobSpec spec, RunSettings settings, CancellationToken cancel);
}

/// <summary>The options --local and --sagemaker, and what holds without them.</summary>
internal sealed class Targets
{
    public const string Note = "Without --local or --sagemaker: on SageMaker when input.data or output.data is an s3:// URI, else on this machine.";

    private readonly Option<bool> _local = new("--local") { Description = "Run on this machine: one worker process per host, no account, no container engine." };
    private readonly Option<bool> _sageMaker = new("--sagemaker") { Description = "Run on Amazon SageMaker Processing." };

    public static Targets AddTo(Command command)
    {
        var targets = new Targets();
        command.Options.Add(targets._local);
        command.Options.Add(targets._sageMaker);
        return targets;
    }

    /// <exception cref="PJobException">Both are asked for.</exception>
    public ITarget Choose(ParseResult parsed, JobSpec spec)
    {
        var (local, sageMaker) = (parsed.GetValue(_local), parsed.GetValue(_sageMaker));
        if (local && sageMaker)
            throw new PJobException("--local and --sagemaker: expected one of them", ExitCode.BadSpec);
        if (sageMaker || (!local && (IsS3(spec.Input.Data) || IsS3(spec.Output.Data))))
            throw new PJobException("--sagemaker: this build runs jobs on this machine only", ExitCode.BadSpec);
        return new LocalCommands();
    }

    private static bool IsS3(string path) => path.StartsWith("s3://", StringComparison.OrdinalIgnoreCase);
}
