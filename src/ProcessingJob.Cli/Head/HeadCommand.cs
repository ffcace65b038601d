using System.CommandLine;
using System.Text.Json.Nodes;
using ProcessingJob.Cli.Commands;
using ProcessingJob.Cli.Display;
using ProcessingJob.Cli.Outputs;
using ProcessingJob.Contract;
using ProcessingJob.Data.Outputs;
using ProcessingJob.Launcher.SageMaker;
using ProcessingJob.Storage;

namespace ProcessingJob.Cli.Head;

static class HeadCommand
{
    const int LongList = 8;

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
                var found = await SageMakerTarget.ToldAsync(() => ReadAsync(opened.Store, parsed.GetValue(rows), cancellationToken));
                if (parsed.GetValue(json))
                {
                    cli.WriteJson(found);
                }
                else
                {
                    cli.Out.Write(string.Join('\n', found.Select(Describe)));
                }
            }
        );
        return command;
    }

    static async Task<List<JsonObject>> ReadAsync(IOutputStore store, int rows, CancellationToken cancellationToken)
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

        return found;
    }

    static string Describe(JsonObject row)
    {
        var width = row.Max(c => c.Key.Length);
        return string.Concat(row.Select(c => $"{c.Key.PadRight(width)}  {Short(c.Value)}\n"));
    }

    static string Short(JsonNode? value) =>
        value is JsonArray { Count: > LongList } list
            ? $"[{string.Join(", ", list.Take(LongList / 2).Select(v => v?.ToJsonString(ContractJson.Options)))}, …] ({list.Count})"
            : value?.ToJsonString(ContractJson.Options) ?? "null";
}
