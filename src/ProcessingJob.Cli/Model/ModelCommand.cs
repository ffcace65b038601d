using System.CommandLine;
using ProcessingJob.Cli.Display;

namespace ProcessingJob.Cli.Model;

/// <summary>model: commands on a model folder, each a line here.</summary>
static class ModelCommand
{
    public static Command Create(CliContext cli)
    {
        var command = new Command("model", "Fetch, inspect, verify and export model folders");
        command.Subcommands.Add(FetchCommand.Create(cli));
        command.Subcommands.Add(InspectCommand.Create(cli));
        command.Subcommands.Add(VerifyCommand.Create(cli));
        command.Subcommands.Add(ExportCommand.Create(cli));
        command.Subcommands.Add(RangesCommand.Create(cli));
        return command;
    }
}
