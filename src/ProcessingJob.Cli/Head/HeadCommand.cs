using System.CommandLine;
using System.Text.Json.Nodes;
using ProcessingJob.Cli.Commands;
using ProcessingJob.Cli.Display;
using ProcessingJob.Cli.Outputs;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
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

                using var opened = OpenedOutput.At(cli, parsed.GetRequiredValue(folder), parsed.GetValue(region));
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

    static async Task<List<JsonObject>> ReadAsync(IOutputStore output, int rows, CancellationToken cancellationToken)
    {
        var manifest = await output.ReadAsync(OutputLayout.Manifest, cancellationToken) is { } text
            ? ContractJson.Read<Manifest>(text, OutputLayout.Manifest)
            : throw new PJobException($"{output.Location} has no {OutputLayout.Manifest}: the job has not finished");
        var found = new List<JsonObject>();
        // A file beside a matrix says 0 rows: it comes with the matrix.
        foreach (var part in manifest.Parts.Where(p => p.Rows > 0).TakeWhile(_ => found.Count < rows))
        {
            using var file = await CopyAsync(output, part.Path, cancellationToken);
            using var sidecar = part.Path.EndsWith(".npy", StringComparison.Ordinal)
                ? await CopyAsync(output, Path.ChangeExtension(part.Path, ".rows.jsonl"), cancellationToken)
                : null;
            found.AddRange(await FirstRows.ReadAsync(file.Path, sidecar?.Path, rows - found.Count, cancellationToken));
        }
        return found;
    }

    static async Task<LocalCopy> CopyAsync(IOutputStore output, string path, CancellationToken cancellationToken) =>
        await output.CopyAsync(path, cancellationToken)
        ?? throw new PJobException($"{output.Location}/{path}: missing; 'pjob check' verifies the whole output");

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
