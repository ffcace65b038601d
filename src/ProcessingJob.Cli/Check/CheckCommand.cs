using System.CommandLine;
using ProcessingJob.Cli.Commands;
using ProcessingJob.Cli.Display;
using ProcessingJob.Cli.Outputs;
using ProcessingJob.Launcher.Aws;
using ProcessingJob.Launcher.Progress;

namespace ProcessingJob.Cli.Check;

static class CheckCommand
{
    public static Command Create(CliContext cli)
    {
        var command = new Command("check", "Verify the files, hashes, rows and columns of a finished output against its manifest");
        var folder = new Argument<string>("DIR|URI") { Description = "Folder of the output, or its s3:// URI" };
        var region = CommonOptions.Region();
        var json = CommonOptions.Json();
        command.Arguments.Add(folder);
        command.Options.Add(region);
        command.Options.Add(json);
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var opened = OutputPlace.Open(cli, parsed.GetRequiredValue(folder), parsed.GetValue(region));
                var output = opened.Store;
                var notes = new StepNotes(cli.Time, cli.Error.WriteLine);
                var result = await AwsErrors.ExplainAsync(() => new OutputCheck(output, notes).RunAsync(cancellationToken));
                var exitCode = result.Faults.Count == 0 ? 0 : 1;
                if (parsed.GetValue(json))
                {
                    cli.WriteJson(
                        new
                        {
                            Output = output.Location,
                            ExitCode = exitCode,
                            result.Faults,
                            result.Orphans,
                            result.Manifest?.RowsIn,
                            result.Manifest?.RowsOut,
                            result.Manifest?.Units,
                            Parts = result.Manifest?.Parts.Count,
                        }
                    );
                    return exitCode;
                }
                foreach (var fault in result.Faults)
                {
                    cli.WriteError(fault);
                }

                foreach (var orphan in result.Orphans)
                {
                    cli.Out.WriteLine($"orphan: {SafeText.Of(orphan)} does not belong to any unit of the job");
                }

                cli.Out.WriteLine(
                    exitCode == 0
                        ? $"{output.Location}: {Text.Plural(result.Manifest!.Units, "unit")}, "
                            + $"{Text.Plural(result.Manifest.Parts.Count, "part")}, {Text.Count(result.Manifest.RowsOut)} rows; "
                            + "all checks passed"
                        : $"{output.Location}: {Text.Plural(result.Faults.Count, "fault")}; "
                            + (
                                result.Manifest is null
                                    ? $"fix: the same 'pjob run' continues the job; 'pjob finish {output.Location}' ends one "
                                        + "that pjob did not start"
                                    : "fix: remove the damaged files and run the job again, which recomputes what is missing"
                            )
                );
                return exitCode;
            }
        );
        return command;
    }
}
