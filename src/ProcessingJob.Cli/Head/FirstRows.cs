using System.Text.Json.Nodes;
using ProcessingJob.Cli.Outputs;
using ProcessingJob.Data;

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

        return await ParquetAsync(path, count, cancellationToken);
    }

    static async Task<IReadOnlyList<JsonObject>> ParquetAsync(string path, int count, CancellationToken cancellationToken)
    {
        var found = new List<JsonObject>();
        await foreach (var (columns, block) in ParquetTable.ReadAsync(path, cancellationToken))
        {
            using (block)
            {
                for (var row = 0; row < block.Count && found.Count < count; row++)
                {
                    found.Add(ParquetTable.ToJson(columns, block, row));
                }
            }

            if (found.Count >= count)
            {
                break;
            }
        }

        return found;
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
}
