using System.CommandLine;
using ProcessingJob.Cli.Commands;
using ProcessingJob.Cli.Display;
using ProcessingJob.Cli.Outputs;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Data.Outputs;
using ProcessingJob.Launcher.Aws;
using ProcessingJob.Storage;

namespace ProcessingJob.Cli.Rejects;

static class RejectsCommand
{
    const int RowLength = 100;

    public static Command Create(CliContext cli)
    {
        var command = new Command("rejects", "Show the rejected rows of an output by reason, with file and row");
        var place = new Argument<string>("DIR|URI") { Description = "Folder of the output, or its s3:// URI" };
        var reason = new Option<string?>("--reason") { Description = "Only rows rejected for this reason", HelpName = "REASON" };
        var rows = new Option<int>("--rows", "-n")
        {
            Description = "Rows shown of each reason; --json shows all",
            HelpName = "N",
            DefaultValueFactory = _ => 5,
        };
        var region = CommonOptions.Region();
        var json = CommonOptions.Json();
        command.Arguments.Add(place);
        foreach (var option in (Option[])[reason, rows, region, json])
        {
            command.Options.Add(option);
        }

        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                if (parsed.GetValue(rows) < 1)
                {
                    throw new PJobException($"--rows: found {parsed.GetValue(rows)}, expected at least 1", ExitCode.BadSpec);
                }

                using var opened = OutputPlace.Open(cli, parsed.GetRequiredValue(place), parsed.GetValue(region));
                var wanted = parsed.GetValue(reason);
                var limit = parsed.GetValue(json) ? int.MaxValue : parsed.GetValue(rows);
                var found = await AwsErrors.ExplainAsync(() => CollectAsync(opened.Store, wanted, limit, cancellationToken));
                if (parsed.GetValue(json))
                {
                    cli.WriteJson(
                        new
                        {
                            Output = opened.Store.Location,
                            Rejects = found.ToDictionary(r => r.Key, r => r.Value.Count),
                            Rows = found.SelectMany(r => r.Value.Samples),
                        }
                    );
                    return;
                }

                Print(cli, opened.Store.Location, wanted, found);
            }
        );
        return command;
    }

    static async Task<SortedDictionary<string, (long Count, List<Reject> Samples)>> CollectAsync(
        IOutputStore output,
        string? wanted,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var found = new SortedDictionary<string, (long Count, List<Reject> Samples)>(StringComparer.Ordinal);
        await foreach (var reject in RejectedRows.ReadAsync(output, cancellationToken))
        {
            if (wanted is not null && reject.Reason != wanted)
            {
                continue;
            }

            var (count, samples) = found.GetValueOrDefault(reject.Reason, (0, []));
            if (samples.Count < limit)
            {
                samples.Add(reject);
            }

            found[reject.Reason] = (count + 1, samples);
        }

        return found;
    }

    static void Print(CliContext cli, string output, string? wanted, SortedDictionary<string, (long Count, List<Reject> Samples)> found)
    {
        if (found.Count == 0)
        {
            cli.Out.WriteLine($"{output}: no row was rejected{(wanted is null ? "" : $" for {wanted}")}");
        }

        foreach (var (reason, (count, samples)) in found)
        {
            cli.Out.WriteLine($"{reason}: {Text.Count(count)} {(count == 1 ? "row" : "rows")}");
            foreach (var reject in samples)
            {
                cli.Out.WriteLine($"  {Plain(reject.SourceFile)} row {reject.SourceRow}: {Plain(reject.Message)}");
                if (reject.Row.Length > 0)
                {
                    cli.Out.WriteLine($"    {Plain(reject.Row)}");
                }
            }

            if (count > samples.Count)
            {
                cli.Out.WriteLine($"  and {Text.Count(count - samples.Count)} more");
            }
        }
    }

    /// <summary>One short line that no terminal takes for a command: the data is anybody's.</summary>
    static string Plain(string text)
    {
        var line = string.Concat((text.Length > RowLength ? text[..RowLength] : text).Select(c => char.IsControl(c) ? ' ' : c));
        return text.Length > RowLength ? line + "…" : line;
    }
}
