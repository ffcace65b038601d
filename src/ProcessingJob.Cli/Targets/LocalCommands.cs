using ProcessingJob.Cli.Display;
using ProcessingJob.Cli.Estimating;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Launcher.Local;
using ProcessingJob.Launcher.Planning;
using ProcessingJob.Launcher.Progress;
using ProcessingJob.Launcher.Reading;

namespace ProcessingJob.Cli.Targets;

/// <summary>run and plan on this machine.</summary>
sealed class LocalCommands : ITarget
{
    public async Task PlanAsync(CliContext cli, JobSpec spec, PlanSettings settings, CancellationToken cancellationToken)
    {
        if (settings.Simulate is not null)
        {
            throw new PJobException("--simulate and --deadline: only for SageMaker; fix: add --sagemaker", ExitCode.BadSpec);
        }

        var plan = await PlanAsync(cli, spec, settings.Strict, cancellationToken);
        var work = plan.UnitsLeft == 0 ? null : await LocalEstimate.MakeAsync(spec, plan, settings.TokensPerSecond, cancellationToken);
        if (settings.Json)
        {
            cli.WriteJson(PlanText.Document(plan, work));
        }
        else
        {
            cli.Out.Write(PlanText.Of(plan) + work);
        }
    }

    public async Task DryRunAsync(CliContext cli, JobSpec spec, RunSettings settings, CancellationToken cancellationToken)
    {
        var plan = await PlanAsync(cli, spec, settings.Strict, cancellationToken);
        if (settings.Json)
        {
            cli.WriteJson(PlanText.Document(plan));
        }
        else
        {
            cli.Out.Write(PlanText.Of(plan));
        }
    }

    public async Task<int> RunAsync(CliContext cli, JobSpec spec, RunSettings settings, CancellationToken cancellationToken)
    {
        if (settings.Force)
        {
            throw new PJobException(
                "--force: only for SageMaker; for a local run remove the output, or name another with --output",
                ExitCode.BadSpec
            );
        }

        var target = new LocalTarget(cli.Time) { Strict = settings.Strict };
        var result = await JobDisplay.FollowAsync(cli, settings.Json, events => target.RunAsync(spec, events, cancellationToken));
        if (settings.Json)
        {
            cli.WriteJson(result);
        }

        if (result.Message is { } message)
        {
            cli.WriteError(message);
        }

        (settings.Json ? cli.Error : cli.Out).WriteLine(ResultText.Of(result));
        return result.ExitCode;
    }

    static async Task<JobPlan> PlanAsync(CliContext cli, JobSpec spec, bool strict, CancellationToken cancellationToken)
    {
        var plan = await new LocalTarget(cli.Time).PlanAsync(spec, new StepNotes(cli.Time, cli.Error.WriteLine), cancellationToken);
        // Another worker than ours may be of another build.
        if (spec.Compute.Device == DeviceKind.Cuda && cli.Variable(WorkerCommand.Variable) is not { Length: > 0 })
        {
            DeviceCheck.Run(DeviceKind.Cuda);
        }

        if (strict)
        {
            Strictness.Require(plan.Warnings);
        }

        return plan;
    }
}
