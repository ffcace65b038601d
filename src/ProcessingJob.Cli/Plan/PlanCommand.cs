using System.CommandLine;
using ProcessingJob.Cli.Commands;
using ProcessingJob.Cli.Display;
using ProcessingJob.Cli.Targets;

namespace ProcessingJob.Cli.Plan;

static class PlanCommand
{
    public static Command Create(CliContext cli)
    {
        var command = new Command("plan", "Show the work of each host, what is already committed, and the time and cost of the rest");
        var spec = SpecOptions.AddTo(command, cli, writesOutput: true);
        var targets = TargetOptions.AddTo(command);
        var options = PlanOptions.AddTo(command);
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var settings = options.Read(parsed);
                var job = await HubFetch.ResolveAsync(cli, spec.Read(parsed), cancellationToken);
                await targets.Choose(parsed, job).PlanAsync(cli, job, settings, cancellationToken);
            }
        );
        return command;
    }
}
