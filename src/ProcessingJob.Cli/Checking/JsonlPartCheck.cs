using System.Text.Json;
using ProcessingJob.Cli.Outputs;

namespace ProcessingJob.Cli.Checking;

/// <summary>Reads a part or a reject file of JSON lines.</summary>
static class JsonlPartCheck
{
    public static async Task<PartFacts> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var rows = 0L;
        using var reader = JsonlRows.Open(path);
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
