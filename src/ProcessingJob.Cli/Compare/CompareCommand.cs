using System.CommandLine;
using ProcessingJob.Cli.Commands;
using ProcessingJob.Cli.Display;
using ProcessingJob.Cli.Outputs;
using ProcessingJob.Contract;
using ProcessingJob.Data.Outputs;

namespace ProcessingJob.Cli.Compare;

static class CompareCommand
{
    /// <summary>What rounding on another device or in another batch may do is far above; another prompt or pooling far below.</summary>
    const double DefaultMinCosine = 0.999;

    public static Command Create(CliContext cli)
    {
        var command = new Command(
            "compare",
            "Compare two outputs of the same rows: embeddings, neighbors, columns, and what made them differ; exit code 1 if they do"
        );
        var first = new Argument<string>("A") { Description = "Output of a job: its folder, or its s3:// URI" };
        var second = new Argument<string>("B") { Description = "The other" };
        var min = new Option<double>("--min-cosine")
        {
            Description = $"Embeddings of a row with a lower cosine are different; default: {DefaultMinCosine}",
            HelpName = "X",
            DefaultValueFactory = _ => DefaultMinCosine,
        };
        var ranges = RangesOption.Create();
        ranges.Description += "; again for the other output, if it has others";
        var html = new Option<string?>("--html") { Description = "Also write a page to this file", HelpName = "FILE" };
        var region = CommonOptions.Region();
        var json = CommonOptions.Json();
        command.Arguments.Add(first);
        command.Arguments.Add(second);
        foreach (var option in (Option[])[min, ranges, html, region, json])
        {
            command.Options.Add(option);
        }

        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var minCosine = parsed.GetValue(min);
                if (minCosine is not (>= -1 and <= 1))
                {
                    throw new PJobException($"--min-cosine: found {minCosine}, expected -1 to 1", ExitCode.BadSpec);
                }

                using var left = OutputPlace.Open(cli, parsed.GetRequiredValue(first), parsed.GetValue(region));
                using var right = OutputPlace.Open(cli, parsed.GetRequiredValue(second), parsed.GetValue(region));
                var a = await FinishedOutput.OpenAsync(left.Store, cancellationToken);
                var b = await FinishedOutput.OpenAsync(right.Store, cancellationToken);
                var comparer = new OutputComparer(a, b, minCosine);
                var found = await WaitNotice.WhileAsync(
                    cli,
                    $"{Display.Text.Count(a.Manifest.RowsOut + b.Manifest.RowsOut)} rows",
                    comparer.RunAsync(parsed.GetValue(ranges)!, cancellationToken)
                );
                if (parsed.GetValue(html) is { } file)
                {
                    ResultFile.Write(file, ComparePage.Build(found));
                }

                if (parsed.GetValue(json))
                {
                    cli.WriteJson(found);
                }
                else
                {
                    cli.Out.Write(CompareText.Of(found));
                }

                return found.Verdict == Verdict.Different ? 1 : 0;
            }
        );
        return command;
    }
}
