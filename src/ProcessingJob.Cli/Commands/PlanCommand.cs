using System.CommandLine;
using ProcessingJob.Cli.Models;

namespace ProcessingJob.Cli.Commands;

internal static class PlanCommand
{
    public static Command Create(CliContext cli)
    {
        var command = new Command("plan", "Show which host would do what, and what is done already.");
        var spec = SpecOptions.AddTo(command, cli);
        var targets = Targets.AddTo(command);
        var json = CommonOptions.Json();
        command.Options.Add(json);
        command.SetAction(async (parsed, cancel) =>
        {
            var job = await HubFetch.ResolveAsync(cli, spec.Read(parsed), cancel).ConfigureAwait(false);
            return await targets.Choose(parsed, job).PlanAsync(cli, job, parsed.GetValue(json), cancel).ConfigureAwait(false);
        });
        return command;
    }
}
