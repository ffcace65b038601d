using System.CommandLine;
using System.Text.Json.Nodes;
using ProcessingJob.Cli.Display;
using ProcessingJob.Contract;
using ProcessingJob.Launcher.Finalise;

namespace ProcessingJob.Cli.Commands;

internal static class HeadCommand
{
    private const int LongList = 8;

    public static Command Create(CliContext cli)
    {
        var command = new Command("head", "Show the first rows of an output.");
        var folder = new Argument<string>("DIR") { Description = "Folder of the output." };
        var rows = new Option<int>("--rows", "-n") { Description = "How many.", HelpName = "N", DefaultValueFactory = _ => 1 };
        var json = CommonOptions.Json();
        command.Arguments.Add(folder);
        command.Options.Add(rows);
        command.Options.Add(json);
        command.SetAction(async (parsed, cancel) =>
        {
            var output = new LocalOutputStore(parsed.GetRequiredValue(folder));
            var manifest = await output.ReadAsync(OutputLayout.Manifest, cancel).ConfigureAwait(false) is { } text
                ? ContractJson.Read<Manifest>(text, OutputLayout.Manifest)
                : throw new PJobException($"{output.Location} has no {OutputLayout.Manifest}: no job has finished there");
            var found = new List<JsonObject>();
            // A file beside a matrix says 0 rows: it comes with the matrix.
            foreach (var part in manifest.Parts.Where(p => p.Rows > 0).TakeWhile(_ => found.Count < parsed.GetValue(rows)))
                found.AddRange(await PartRows.ReadAsync(output.PathOf(part.Path), parsed.GetValue(rows) - found.Count, cancel).ConfigureAwait(false));
            if (parsed.GetValue(json))
                cli.WriteJson(found);
            else
                cli.Out.Write(string.Join('\n', found.Select(Describe)));
        });
        return command;
    }

    private static string Describe(JsonObject row)
    {
        var width = row.Max(c => c.Key.Length);
        return string.Concat(row.Select(c => $"{c.Key.PadRight(width)}  {Short(c.Value)}\n"));
    }

    private static string Short(JsonNode? value) => value is JsonArray { Count: > LongList } list
        ? $"[{string.Join(", ", list.Take(LongList / 2).Select(v => v?.ToJsonString(ContractJson.Options)))}, …] ({list.Count})"
        : value?.ToJsonString(ContractJson.Options) ?? "null";
}
