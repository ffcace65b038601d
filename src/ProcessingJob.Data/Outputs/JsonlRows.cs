using System.Runtime.CompilerServices;
using System.Text.Json;
using ProcessingJob.Contract.Columns;
using ZstdSharp;

namespace ProcessingJob.Data.Outputs;

/// <summary>jsonl parts, and the rows beside npy parts.</summary>
static class JsonlRows
{
    /// <param name="path">A .jsonl or .jsonl.zst file.</param>
    /// <param name="names">The task's columns: JSON does not tell a list of floats from one of integers.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    public static async IAsyncEnumerable<PartRows> ReadAsync(
        string path,
        PartColumns names,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using var reader = Open(path);
        var (lines, vectors) = (new List<Dictionary<string, object?>>(), new List<float>());
        while (await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            lines.Add(Row(line, names, vectors));
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

    /// <summary>The line's values; its embedding is added to <paramref name="vectors"/>.</summary>
    public static Dictionary<string, object?> Row(string line, PartColumns names, List<float> vectors)
    {
        using var json = JsonDocument.Parse(line);
        var row = new Dictionary<string, object?>();
        foreach (var member in json.RootElement.EnumerateObject())
        {
            if (member.Name == names.Vector)
            {
                vectors.AddRange(member.Value.EnumerateArray().Select(v => v.GetSingle()));
            }
            else
            {
                row[member.Name] = Value(member.Value, names.Find(member.Name));
            }
        }
        return row;
    }

    public static Dictionary<string, object?[]> Columns(List<Dictionary<string, object?>> rows) =>
        rows.SelectMany(r => r.Keys).Distinct().ToDictionary(name => name, name => rows.Select(r => r.GetValueOrDefault(name)).ToArray());

    static object? Value(JsonElement value, OutputColumn? type) =>
        value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => Number(value, type),
            JsonValueKind.True or JsonValueKind.False => value.GetBoolean(),
            JsonValueKind.Array => List(value, type),
            JsonValueKind.Object => Fields(value, []),
            JsonValueKind.Null or JsonValueKind.Undefined => null,
        };

    static object Number(JsonElement value, OutputColumn? type) =>
        type?.Kind is not (ColumnKind.Float or ColumnKind.Double) && value.TryGetInt64(out var n) ? (object)n : value.GetDouble();

    static Array List(JsonElement value, OutputColumn? type) =>
        type?.Kind switch
        {
            ColumnKind.ListFloat or ColumnKind.ListFloat16 => Items(value, v => v.GetSingle()),
            ColumnKind.ListInt32 => Items(value, v => v.GetInt32()),
            ColumnKind.ListInt8 => Items(value, v => v.GetSByte()),
            ColumnKind.ListString => Items(value, v => v.GetString()),
            ColumnKind.ListStruct => Items(value, v => Fields(v, type.Fields ?? [])),
            _ => Items(value, v => Value(v, null)),
        };

    static T[] Items<T>(JsonElement list, Func<JsonElement, T> read) => [.. list.EnumerateArray().Select(read)];

    static Dictionary<string, object?> Fields(JsonElement item, IReadOnlyList<OutputColumn> types) =>
        item.EnumerateObject().ToDictionary(m => m.Name, m => Value(m.Value, types.FirstOrDefault(t => t.Name == m.Name)));
}
