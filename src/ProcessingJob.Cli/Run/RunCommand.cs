using System.CommandLine;
using ProcessingJob.Cli.Commands;
using ProcessingJob.Cli.Display;
using ProcessingJob.Cli.Targets;
using ProcessingJob.Contract;

namespace ProcessingJob.Cli.Run;

static class RunCommand
{
    public static Command Create(CliContext cli)
    {
        var command = new Command("run", "Run a job and follow it until it ends");
        var spec = SpecOptions.AddTo(command, cli, writesOutput: true);
        var targets = TargetOptions.AddTo(command);
        var dryRun = new Option<bool>("--dry-run") { Description = "Check everything and print the plan without starting anything" };
        var wait = new Option<bool>("--wait") { Description = "Follow the job until it ends (default)" };
        var noWait = new Option<bool>("--no-wait") { Description = "On SageMaker: submit, print how to follow the job, and exit" };
        var force = new Option<bool>("--force")
        {
            Description = "On SageMaker: start a new job even if the same one is running or its output is finished",
        };
        var strict = CommonOptions.Strict();
        var json = CommonOptions.Json();
        command.Options.Add(dryRun);
        command.Options.Add(wait);
        command.Options.Add(noWait);
        command.Options.Add(force);
        command.Options.Add(strict);
        command.Options.Add(json);
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var asJson = parsed.GetValue(json);
                var job = await HubFetch.ResolveAsync(cli, spec.Read(parsed), cancellationToken);
                var target = targets.Choose(parsed, job);
                if (parsed.GetValue(wait) && parsed.GetValue(noWait))
                {
                    throw new PJobException("--wait and --no-wait: expected one of them", ExitCode.BadSpec);
                }

                var settings = new RunSettings(asJson, !parsed.GetValue(noWait), parsed.GetValue(force), parsed.GetValue(strict));
                if (!parsed.GetValue(dryRun))
                {
                    return await target.RunAsync(cli, job, settings, cancellationToken);
                }

                await target.DryRunAsync(cli, job, settings, cancellationToken);
                return (int)ExitCode.Done;
            }
        );
        return command;
    }
}
