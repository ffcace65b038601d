using System.Text.Json;
using ZstdSharp;

namespace ProcessingJob.Cli.Checking;

/// <summary>Reads a part or a reject file of JSON lines.</summary>
static class JsonlPartCheck
{
    public static async Task<PartFacts> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var rows = 0L;
        using var file = File.OpenRead(path);
        using var reader = new StreamReader(path.EndsWith(".zst", StringComparison.Ordinal) ? new DecompressionStream(file) : file);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            using var json = JsonDocument.Parse(line);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new JsonException($"line {rows + 1} is not a JSON object");
            }

            rows++;
        }
        // Values that are missing may be left out of a line: its members say little of the columns.
        return new(rows, null, "", []);
    }
}
