using System.Text.Json;

namespace ProcessingJob.Cli.Checking;

/// <summary>Reads a part or a reject file of JSON lines.</summary>
internal static class JsonlPart
{
    public static async Task<PartFacts> ReadAsync(string path, CancellationToken cancel)
    {
        var rows = 0L;
        var columns = new HashSet<string>();
        await foreach (var line in File.ReadLinesAsync(path, cancel).ConfigureAwait(false))
        {
            using var json = JsonDocument.Parse(line);
            foreach (var member in json.RootElement.EnumerateObject())
                columns.Add(member.Name);
            rows++;
        }
        // Missing values may be left out of a line, so the lines' members say nothing of types.
        return new(rows, columns, "", []);
    }
}
