using System.Text;
using System.Text.Json.Nodes;
using Parquet;
using Parquet.Data;
using Parquet.Schema;
using ProcessingJob.Cli.Outputs;

namespace ProcessingJob.Cli.Head;

/// <summary>The first rows of a part file, as JSON.</summary>
static class FirstRows
{
    /// <param name="path">The part.</param>
    /// <param name="sidecar">The lines that belong to a matrix; null for other formats.</param>
    /// <param name="count">Maximum number of rows.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    public static async Task<IReadOnlyList<JsonObject>> ReadAsync(
        string path,
        string? sidecar,
        int count,
        CancellationToken cancellationToken
    )
    {
        if (Path.GetExtension(path) is ".jsonl" or ".zst")
        {
            return Lines(path, count);
        }

        if (sidecar is not null)
        {
            return await MatrixAsync(path, sidecar, count, cancellationToken);
        }

        await using var reader = await ParquetReader.CreateAsync(path, null, cancellationToken);
        if (reader.RowGroupCount == 0)
        {
            return [];
        }

        using var group = reader.OpenRowGroupReader(0);
        var rows = Enumerable.Range(0, (int)Math.Min(count, group.RowCount)).Select(_ => new JsonObject()).ToList();
        foreach (var field in reader.Schema.GetDataFields())
        {
            using var column = await group.ReadRawColumnDataBaseAsync(field, cancellationToken);
            Fill(rows, field, column);
        }
        return rows;
    }

    static List<JsonObject> Lines(string path, int count)
    {
        var rows = new List<JsonObject>();
        using var reader = JsonlRows.Open(path);
        while (rows.Count < count && reader.ReadLine() is { } line)
        {
            rows.Add(JsonNode.Parse(line)!.AsObject());
        }

        return rows;
    }

    /// <summary>The lines beside the matrix, each with its row of it.</summary>
    static async Task<IReadOnlyList<JsonObject>> MatrixAsync(string path, string sidecar, int count, CancellationToken cancellationToken)
    {
        var rows = Lines(sidecar, count);
        var first = 0;
        await foreach (var stretch in NpyRows.ReadAsync(path, cancellationToken))
        {
            for (var i = 0; i < stretch.Count && first + i < rows.Count; i++)
            {
                rows[first + i][PartReader.VectorColumn] = new JsonArray([.. stretch.Vector(i).ToArray().Select(v => (JsonNode)v)]);
            }

            first += stretch.Count;
            if (first >= rows.Count)
            {
                break;
            }
        }
        return rows;
    }

    static void Fill(List<JsonObject> rows, DataField field, RawColumnData column)
    {
        var name = field.Path.ToString().Split('/')[0];
        var value = Values(column);
        var (next, row) = (0, -1);
        var isList = field.MaxRepetitionLevel > 0;
        // Levels that a column does not have cannot be asked for.
        var hasNulls = field.MaxDefinitionLevel > 0;
        var levels =
            isList ? column.RepetitionLevels.Length
            : hasNulls ? column.DefinitionLevels.Length
            : rows.Count;
        for (var i = 0; i < levels; i++)
        {
            if (!isList || column.RepetitionLevels[i] == 0)
            {
                row++;
            }

            if (row >= rows.Count)
            {
                break;
            }

            var present = !hasNulls || column.DefinitionLevels[i] == field.MaxDefinitionLevel;
            var node = present ? value(next++) : null;
            if (!isList)
            {
                rows[row][name] = node;
            }
            else if ((rows[row][name] ??= new JsonArray()) is JsonArray list && present)
            {
                list.Add(node);
            }
        }
    }

    static Func<int, JsonNode?> Values(RawColumnData column) =>
        column switch
        {
            RawColumnData<float> c => i => c.Values[i],
            RawColumnData<double> c => i => c.Values[i],
            RawColumnData<long> c => i => c.Values[i],
            RawColumnData<int> c => i => c.Values[i],
            RawColumnData<byte> c => i => c.Values[i],
            RawColumnData<sbyte> c => i => c.Values[i],
            RawColumnData<bool> c => i => c.Values[i],
            RawColumnData<DateTime> c => i => c.Values[i],
            RawColumnData<ReadOnlyMemory<char>> c => i => c.Values[i].ToString(),
            RawColumnData<ReadOnlyMemory<byte>> c => i => Encoding.UTF8.GetString(c.Values[i].Span),
            _ => _ => column.GetType().Name,
        };
}
