using System.CommandLine;
using ProcessingJob.Cli.Display;
using ProcessingJob.Launcher.Local;

namespace ProcessingJob.Cli.Commands;

internal static class StatusCommand
{
    public static Command Create(CliContext cli)
    {
        var command = new Command("status", "Show how far a job is.");
        var folder = new Argument<string>("DIR") { Description = "Folder of the output." };
        var json = CommonOptions.Json();
        command.Arguments.Add(folder);
        command.Options.Add(json);
        command.SetAction(async (parsed, cancel) =>
        {
            var status = await LocalStatus.ReadAsync(parsed.GetRequiredValue(folder), cancel).ConfigureAwait(false);
            if (parsed.GetValue(json))
                cli.WriteJson(status);
            else
                cli.Out.Write(Describe(status));
            return 0;
        });
        return command;
    }

    private static string Describe(LocalStatus status)
    {
        var text = $"{status.Output}: {status.State}\n";
        if (status.UnitsCommitted > 0)
            text += $"committed: {Text.Plural(status.UnitsCommitted, "unit")}{(status.Units is { } units ? $" of {Text.Count(units)}" : "")}\n";
        if (status.Counts is { } counts)
            text += $"{Text.Count(counts.RowsIn)} rows in, {Text.Count(counts.RowsOut)} rows out, {Text.Count(counts.RejectedRows)} rejected, {Text.Plural(counts.Parts, "part")}, {Text.Bytes(counts.Bytes)}\n";
        return status.Message is { } message ? $"{text}last run: {message}\n" : text;
    }
}
