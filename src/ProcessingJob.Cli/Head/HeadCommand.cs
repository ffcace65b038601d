using System.CommandLine;
using System.Text.Json.Nodes;
using ProcessingJob.Cli.Commands;
using ProcessingJob.Cli.Display;
using ProcessingJob.Cli.Outputs;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Outputs;
using ProcessingJob.Launcher.Aws;
using ProcessingJob.Storage;

namespace ProcessingJob.Cli.Head;

static class HeadCommand
{
    public static Command Create(CliContext cli)
    {
        var command = new Command("head", "Show the first rows of an output");
        var folder = new Argument<string>("DIR|URI") { Description = "Folder of the output, or its s3:// URI" };
        var rows = new Option<int>("--rows", "-n")
        {
            Description = "Number of rows",
            HelpName = "N",
            DefaultValueFactory = _ => 1,
        };
        var region = CommonOptions.Region();
        var json = CommonOptions.Json();
        command.Arguments.Add(folder);
        command.Options.Add(rows);
        command.Options.Add(region);
        command.Options.Add(json);
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                if (parsed.GetValue(rows) < 1)
                {
                    throw new PJobException($"--rows: found {parsed.GetValue(rows)}, expected at least 1", ExitCode.BadSpec);
                }

                using var opened = OutputPlace.Open(cli, parsed.GetRequiredValue(folder), parsed.GetValue(region));
                var (found, spec) = await AwsErrors.ExplainAsync(() => ReadAsync(opened.Store, parsed.GetValue(rows), cancellationToken));
                var terms = spec.Task == TaskKind.Sparse ? TermNames.Of(spec) : null;
                if (parsed.GetValue(json))
                {
                    cli.WriteJson(found);
                }
                else
                {
                    cli.Out.Write(string.Join('\n', found.Select(row => Describe(row, terms, spec))));
                }
            }
        );
        return command;
    }

    static async Task<(List<JsonObject> Rows, JobSpec Spec)> ReadAsync(IOutputStore store, int rows, CancellationToken cancellationToken)
    {
        var output = await FinishedOutput.OpenAsync(store, cancellationToken);
        var found = new List<JsonObject>();
        foreach (var part in output.Parts.TakeWhile(_ => found.Count < rows))
        {
            await foreach (var stretch in output.ReadAsync(part, cancellationToken))
            {
                found.AddRange(
                    Enumerable.Range(0, Math.Min(stretch.Count, rows - found.Count)).Select(row => RowJson.Of(stretch, row, output.Spec))
                );
                if (found.Count == rows)
                {
                    break;
                }
            }
        }

        return (found, output.Spec);
    }

    static string Describe(JsonObject row, TermNames? terms, JobSpec spec)
    {
        var cells = row.Select(c => (Name: c.Key, Text: CellText.Of(c.Value))).ToList();
        if (terms is not null && CellText.Terms(row, terms, spec) is { } heaviest)
        {
            cells.Insert(cells.FindIndex(c => c.Name == TaskColumns.NameOf(spec, "values")) + 1, ("(terms)", heaviest));
        }

        var width = cells.Max(c => c.Name.Length);
        return string.Concat(cells.Select(c => $"{c.Name.PadRight(width)}  {c.Text}\n"));
    }
}
