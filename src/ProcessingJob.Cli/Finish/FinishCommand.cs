using System.CommandLine;
using ProcessingJob.Cli.Commands;
using ProcessingJob.Cli.Display;
using ProcessingJob.Cli.Outputs;
using ProcessingJob.Contract.Output;
using ProcessingJob.Data.Finalizing;
using ProcessingJob.Launcher.Aws;
using ProcessingJob.Launcher.Progress;

namespace ProcessingJob.Cli.Finish;

static class FinishCommand
{
    public static Command Create(CliContext cli)
    {
        var command = new Command("finish", "Check an output that hosts wrote without pjob, and write its manifest and _SUCCESS");
        var place = new Argument<string>("DIR|URI") { Description = "Folder of the output, or its s3:// URI" };
        var orphans = new Option<bool>("--remove-orphans")
        {
            Description = "Remove files of units that were not committed; only when no host is running any more",
        };
        var region = CommonOptions.Region();
        var json = CommonOptions.Json();
        command.Arguments.Add(place);
        command.Options.Add(orphans);
        command.Options.Add(region);
        command.Options.Add(json);
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var opened = OutputPlace.Open(cli, parsed.GetRequiredValue(place), parsed.GetValue(region));
                var output = opened.Store;
                var done = await AwsErrors.ExplainAsync(async () =>
                {
                    var spec = (await OutputIdentity.ReadAsync(output, cancellationToken))?.Spec;
                    output = opened.WithKey(spec?.Aws.KmsKey);
                    var sources = await InputNames.FindAsync(cli, spec?.Input, parsed.GetValue(region), cancellationToken);
                    return await new OutputFinisher(output, cli.Time).FinishAsync(
                        sources,
                        parsed.GetValue(orphans),
                        new StepNotes(cli.Time, cli.Error.WriteLine),
                        cancellationToken
                    );
                });
                if (parsed.GetValue(json))
                {
                    cli.WriteJson(
                        new
                        {
                            Output = output.Location,
                            done.Already,
                            done.Removed,
                            done.Manifest.Units,
                            done.Manifest.RowsIn,
                            done.Manifest.RowsOut,
                            done.Manifest.RejectedRows,
                            Parts = done.Manifest.Parts.Count,
                            done.Manifest.Warnings,
                        }
                    );
                    return;
                }

                foreach (var removed in done.Removed)
                {
                    cli.Out.WriteLine($"removed: {removed}");
                }

                cli.Out.WriteLine(
                    $"{output.Location}: {(done.Already ? "was finished before" : "finished")}, "
                        + $"{Text.Plural(done.Manifest.Units, "unit")}, {Text.Plural(done.Manifest.Parts.Count, "part")}, "
                        + $"{Text.Count(done.Manifest.RowsOut)} rows; {OutputLayout.Manifest} and {OutputLayout.Success} are there"
                );
            }
        );
        return command;
    }
}
