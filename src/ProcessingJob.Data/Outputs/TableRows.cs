using System.Runtime.CompilerServices;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Data.Columns;

namespace ProcessingJob.Data.Outputs;

/// <summary>Parquet and Arrow parts, some thousand rows at a time.</summary>
static class TableRows
{
    /// <param name="path">A part file.</param>
    /// <param name="names">The task's columns.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    public static async IAsyncEnumerable<PartRows> ReadAsync(
        string path,
        PartColumns names,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (var table in PartTable.ReadAsync(path, cancellationToken).ConfigureAwait(false))
        {
            using (table)
            {
                var (stored, columns) = (Array.Empty<float>(), new Dictionary<string, object?[]>());
                foreach (var ((name, type), values) in table.Columns.Zip(table.Values))
                {
                    if (name == names.Vector)
                    {
                        stored = Floats(values, name, path);
                    }
                    else
                    {
                        columns[name] = [.. Enumerable.Range(0, values.Count).Select(row => Value(type, values, row))];
                    }
                }

                yield return new(table.Count, stored, columns);
            }
        }
    }

    static float[] Floats(Column vectors, string name, string path) =>
        (vectors as ItemsColumn)?.Items switch
        {
            ValueColumn<float> c => c.Values.ToArray(),
            ValueColumn<sbyte> c => Array.ConvertAll(c.Values.ToArray(), v => (float)v),
            ValueColumn<byte> c => Array.ConvertAll(c.Values.ToArray(), v => (float)v),
            _ => throw PartReader.Damaged(path, $"its column '{name}' holds no numbers of an embedding"),
        };

    static object? Value(ColumnType type, Column values, int row) =>
        values.IsNull(row) ? null
        : TypedColumns.TextOf(type, values, row) is { } text ? text
        : values switch
        {
            StringColumn c => c[row].ToString(),
            BinaryColumn c => c[row].ToArray(),
            ValueColumn<bool> c => c[row],
            ValueColumn<double> c => c[row],
            ValueColumn<float> c => (double)c[row],
            ValueColumn<Half> c => (double)c[row],
            StructColumn c => Fields(type, c, row),
            ItemsColumn c when type.Kind == TypeKind.Map && type.Fields[0].Type.IsText => Map(type, c, row),
            ItemsColumn c => List(type, c, c.StartOf(row), c.Ends[row]),
            ValueColumn<ulong> c when c[row] > long.MaxValue => c[row],
            _ => (long)ColumnConversion.IntegerOf(values, row)!.Value,
        };

    // Lists of the task's columns hold no nulls.
    static Array List(ColumnType type, ItemsColumn list, int start, int end) =>
        list.Items switch
        {
            ValueColumn<float> { NullCount: 0 } c => c.Values[start..end].ToArray(),
            ValueColumn<int> { NullCount: 0 } c when type.Fields[0].Type.IsInteger => c.Values[start..end].ToArray(),
            ValueColumn<sbyte> { NullCount: 0 } c => c.Values[start..end].ToArray(),
            StringColumn { NullCount: 0 } c => Enumerable.Range(start, end - start).Select(i => c[i].ToString()).ToArray(),
            StructColumn { NullCount: 0 } c => Enumerable.Range(start, end - start).Select(i => Fields(ItemType(type), c, i)).ToArray(),
            var items => Enumerable.Range(start, end - start).Select(i => Value(ItemType(type), items, i)).ToArray(),
        };

    static Dictionary<string, object?> Map(ColumnType type, ItemsColumn map, int row)
    {
        var entries = (StructColumn)map.Items;
        return Enumerable
            .Range(map.StartOf(row), map.Length(row))
            .ToDictionary(i => ((StringColumn)entries.Fields[0])[i].ToString(), i => Value(type.Fields[1].Type, entries.Fields[1], i));
    }

    // The entries of a map are structures of its key and value.
    static ColumnType ItemType(ColumnType list) => list.Kind == TypeKind.Map ? list : list.Fields[0].Type;

    static Dictionary<string, object?> Fields(ColumnType type, StructColumn column, int row) =>
        type.Fields.Zip(column.Fields).ToDictionary(f => f.First.Name, f => Value(f.First.Type, f.Second, row));
}
