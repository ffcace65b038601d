using System.Collections;
using System.Globalization;
using Apache.Arrow;
using DuckDB.NET.Data;

namespace ProcessingJob.EndToEnd.Tests;

/// <summary>All values of a part as text, nested ones too, by two readers that nobody here wrote.</summary>
static class PartValues
{
    public static async Task<List<string>> ByArrowAsync(string path)
    {
        using var file = new ParquetSharp.Arrow.FileReader(path);
        using var batches = file.GetRecordBatchReader();
        var rows = new List<string>();
        while (await batches.ReadNextRecordBatchAsync() is { } batch)
        {
            using (batch)
            {
                rows.AddRange(Enumerable.Range(0, batch.Length).Select(row => string.Join(" | ", batch.Arrays.Select(a => Text(a, row)))));
            }
        }

        return rows;
    }

    public static List<string> ByDuckDb(DuckDBConnection db, string path)
    {
        using var query = db.CreateCommand();
        query.CommandText = $"SELECT * FROM '{path}'";
        using var reader = query.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
        {
            rows.Add(string.Join(" | ", Enumerable.Range(0, reader.FieldCount).Select(i => Text(reader.GetValue(i)))));
        }

        return rows;
    }

    static string Text(IArrowArray array, int row) =>
        array switch
        {
            _ when array.IsNull(row) => "null",
            ListArray list => List(list.Values, list.ValueOffsets[row], list.ValueOffsets[row + 1]),
            StructArray fields => $"{{{string.Join(", ", fields.Fields.Select(f => Text(f, row)))}}}",
            StringArray text => text.GetString(row),
            BooleanArray bits => Text(bits.GetValue(row)),
            FloatArray floats => Text(floats.GetValue(row)),
            DoubleArray doubles => Text(doubles.GetValue(row)),
            Int8Array numbers => Text(numbers.GetValue(row)),
            Int32Array numbers => Text(numbers.GetValue(row)),
            Int64Array numbers => Text(numbers.GetValue(row)),
            _ => throw new NotSupportedException(array.GetType().Name),
        };

    static string List(IArrowArray values, int start, int end) =>
        $"[{string.Join(", ", Enumerable.Range(start, end - start).Select(i => Text(values, i)))}]";

    static string Text(object? value) =>
        value switch
        {
            null or DBNull => "null",
            string text => text,
            IDictionary fields => $"{{{string.Join(", ", fields.Values.Cast<object?>().Select(Text))}}}",
            IEnumerable list => $"[{string.Join(", ", list.Cast<object?>().Select(Text))}]",
            _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        };
}
