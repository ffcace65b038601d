using System.Runtime.CompilerServices;
using System.Text.Json;
using ZstdSharp;

namespace ProcessingJob.Cli.Outputs;

/// <summary>jsonl parts, and the rows beside npy parts.</summary>
static class JsonlRows
{
    public static async IAsyncEnumerable<PartRows> ReadAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = Open(path);
        var (lines, vectors) = (new List<Dictionary<string, object?>>(), new List<float>());
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            lines.Add(Row(line, vectors));
            if (vectors.Count == 0)
            {
                throw PartReader.Damaged(path, $"has no column '{PartReader.VectorColumn}'");
            }

            if (lines.Count < PartReader.Stretch)
            {
                continue;
            }

            yield return new(lines.Count, [.. vectors], Columns(lines));
            lines.Clear();
            vectors.Clear();
        }
        if (lines.Count > 0)
        {
            yield return new(lines.Count, [.. vectors], Columns(lines));
        }
    }

    /// <summary>The lines of a .jsonl or .jsonl.zst file.</summary>
    public static StreamReader Open(string path)
    {
        var file = File.OpenRead(path);
        return new(path.EndsWith(".zst", StringComparison.Ordinal) ? new DecompressionStream(file, leaveOpen: false) : file);
    }

    /// <summary>The line's plain values; its embedding is added to <paramref name="vectors"/>.</summary>
    public static Dictionary<string, object?> Row(string line, List<float> vectors)
    {
        using var json = JsonDocument.Parse(line);
        var row = new Dictionary<string, object?>();
        foreach (var member in json.RootElement.EnumerateObject())
        {
            if (member.Value.ValueKind is JsonValueKind.Array && member.Name == PartReader.VectorColumn)
            {
                vectors.AddRange(member.Value.EnumerateArray().Select(v => v.GetSingle()));
            }
            else if (member.Value.ValueKind is not (JsonValueKind.Array or JsonValueKind.Object))
            {
                row[member.Name] = Value(member.Value);
            }
        }
        return row;
    }

    public static Dictionary<string, object?[]> Columns(List<Dictionary<string, object?>> rows) =>
        rows.SelectMany(r => r.Keys).Distinct().ToDictionary(name => name, name => rows.Select(r => r.GetValueOrDefault(name)).ToArray());

    static object? Value(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => value.TryGetInt64(out var n) ? (object)n : value.GetDouble(),
            JsonValueKind.True or JsonValueKind.False => value.GetBoolean(),
            _ => null,
        };
}
