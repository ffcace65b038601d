using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Columns;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Reading;

/// <summary>All columns of a Parquet file, as they are: for looking at parts.</summary>
public static class ParquetTable
{
    /// <summary>The rows in the file's order, some thousand at a time. Blocks belong to the caller, who disposes them.</summary>
    /// <exception cref="PJobException">The file cannot be read.</exception>
    public static async IAsyncEnumerable<(IReadOnlyList<KeptColumn> Columns, RowBlock Rows)> ReadAsync(
        string path,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        var source = new LocalSource(path, path);
        await using var sourceScope = source.ConfigureAwait(false);
        var input = new InputSpec { Keep = ["*"] };
        var found = await new ParquetInput().FindColumnsAsync(source, input, cancellationToken).ConfigureAwait(false);
        var options = new ReadOptions
        {
            Input = input,
            Texts = [],
            Schema = found.Columns,
        };
        var unit = WorkUnit.Create(path, InputFormat.Parquet, 0, source.Length, source.Length, "", "", "");
        await foreach (var block in new RowReader(options).ReadAsync(unit, source, cancellationToken).ConfigureAwait(false))
        {
            yield return (found.Columns, block);
        }
    }

    /// <summary>A row as JSON: binary as base64, decimals, dates, times and timestamps as texts.</summary>
    public static JsonObject ToJson(IReadOnlyList<KeptColumn> columns, RowBlock rows, int row)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            foreach (var (column, values) in columns.Zip(rows.Kept))
            {
                json.WritePropertyName(column.Name);
                JsonValues.Write(json, column.Type, values, row);
            }

            json.WriteEndObject();
        }

        return JsonNode.Parse(bytes.ToArray())!.AsObject();
    }
}
