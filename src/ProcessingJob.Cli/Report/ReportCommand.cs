using System.CommandLine;
using ProcessingJob.Cli.Commands;
using ProcessingJob.Cli.Display;
using ProcessingJob.Cli.Outputs;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Finalizing;
using ProcessingJob.Data.Outputs;
using ProcessingJob.Storage;

namespace ProcessingJob.Cli.Report;

static class ReportCommand
{
    const int SampleRows = 1500,
        RejectsPerReason = 3;

    public static Command Create(CliContext cli)
    {
        var command = new Command("report", "Write a report on a job, finished or not, as one self-contained HTML page");
        var folder = new Argument<string>("DIR|URI") { Description = "Folder of the output, or its s3:// URI" };
        var file = new Option<string?>("--out", "-o")
        {
            Description =
                "File to write; default: _report.html in DIR (readers of data sets skip it), or report.html here for an output on S3",
            HelpName = "FILE",
        };
        var color = new Option<string?>("--color")
        {
            Description = "Kept column that colors the embeddings; default: one with few values",
            HelpName = "COLUMN",
        };
        var ranges = RangesOption.Create();
        var region = CommonOptions.Region();
        command.Arguments.Add(folder);
        command.Options.Add(file);
        command.Options.Add(color);
        command.Options.Add(ranges);
        command.Options.Add(region);
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var place = parsed.GetRequiredValue(folder);
                using var opened = OutputPlace.Open(cli, place, parsed.GetValue(region));
                var path = parsed.GetValue(file) ?? (S3Uri.IsS3(place) ? "report.html" : Path.Combine(place, "_report.html"));
                if (await opened.Store.ReadAsync(OutputLayout.Manifest, cancellationToken) is null)
                {
                    await OutputRoot.CheckLayoutAsync(opened.Store, cancellationToken);
                    var (unfinished, state) = await UnfinishedPage.BuildAsync(opened.Store, RejectsPerReason, cancellationToken);
                    ResultFile.Write(path, unfinished);
                    cli.Out.WriteLine($"{path}: {state}");
                    return;
                }

                var output = await FinishedOutput.OpenAsync(opened.Store, cancellationToken);
                var sample =
                    output.Spec.Task == TaskKind.Embed
                        ? await SampleAsync(cli, output, RangesOption.FileOf(output.Spec, parsed.GetValue(ranges)!), cancellationToken)
                        : null;
                if (parsed.GetValue(color) is { } column && sample is not null && !sample.Rows.Any(r => r.ContainsKey(column)))
                {
                    throw new PJobException(
                        $"--color {column}: no such column in the output; "
                            + $"it has {string.Join(", ", sample.Rows.SelectMany(r => r.Keys).Distinct())}",
                        ExitCode.BadSpec
                    );
                }

                var html = ReportPage.Build(
                    output,
                    await output.ReportsAsync(cancellationToken),
                    await output.RejectSamplesAsync(RejectsPerReason, cancellationToken),
                    sample,
                    parsed.GetValue(color),
                    await TaskPictures.ReadAsync(output, cancellationToken)
                );
                ResultFile.Write(path, html);
                cli.Out.WriteLine($"{path}: {output.Manifest.Job}, {Display.Text.Count(output.Manifest.RowsOut)} rows");
            }
        );
        return command;
    }

    static async Task<EmbeddingSample?> SampleAsync(
        CliContext cli,
        FinishedOutput output,
        string? ranges,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await EmbeddingSample.ReadAsync(output, new VectorDecoder(output.Spec, ranges), SampleRows, cancellationToken);
        }
        catch (PJobException e) when (e.ExitCode == ExitCode.BadSpec && ranges is null)
        {
            // The picture is one part of many: without it the report is still worth having.
            cli.Error.WriteLine($"the embeddings are not plotted: {e.Message}");
            return null;
        }
    }
}
