using System.Runtime.CompilerServices;
using Parquet;
using Parquet.Data;
using Parquet.Schema;

namespace ProcessingJob.Data.Outputs;

/// <summary>Parquet parts, a row group at a time.</summary>
static class ParquetRows
{
    public static async IAsyncEnumerable<PartRows> ReadAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = await ParquetReader.CreateAsync(path, null, cancellationToken).ConfigureAwait(false);
        await using var closed = reader.ConfigureAwait(false);
        var fields = reader.Schema.GetDataFields();
        for (var group = 0; group < reader.RowGroupCount; group++)
        {
            using var rows = reader.OpenRowGroupReader(group);
            var count = (int)rows.RowCount;
            var (stored, columns) = (Array.Empty<float>(), new Dictionary<string, object?[]>());
            foreach (var field in fields)
            {
                using var column = await rows.ReadRawColumnDataBaseAsync(field, cancellationToken).ConfigureAwait(false);
                var steps = field.Path.ToString().Split('/');
                if (field.MaxRepetitionLevel == 0)
                {
                    columns[steps[0]] = Values(column, field, count);
                }
                else if (steps[0] == PartReader.VectorColumn)
                {
                    stored = Floats(column, path);
                }
                else if (steps.Length > 3)
                {
                    AddFields(Structures(columns, steps[0], column, field, count), steps[^1], column, field);
                }
                else
                {
                    columns[steps[0]] = Lists(column, field, count);
                }
            }

            yield return new(count, stored, columns);
        }
    }

    static float[] Floats(RawColumnData column, string path) =>
        column switch
        {
            RawColumnData<float> c => c.Values.ToArray(),
            RawColumnData<sbyte> c => Array.ConvertAll(c.Values.ToArray(), v => (float)v),
            RawColumnData<byte> c => Array.ConvertAll(c.Values.ToArray(), v => (float)v),
            _ => throw PartReader.Damaged(path, $"its column '{PartReader.VectorColumn}' holds no numbers of an embedding"),
        };

    static object?[] Values(RawColumnData column, DataField field, int rows)
    {
        var (read, values, next) = (Reader(column, widened: true), new object?[rows], 0);
        for (var row = 0; row < rows; row++)
        {
            values[row] = IsPresent(column, field, row) ? read(next++) : null;
        }

        return values;
    }

    static object?[] Lists(RawColumnData column, DataField field, int rows)
    {
        var (read, lists, next) = (Reader(column, widened: false), new List<object?>[rows], 0);
        var row = -1;
        for (var i = 0; i < column.RepetitionLevels.Length; i++)
        {
            if (column.RepetitionLevels[i] == 0)
            {
                lists[++row] = [];
            }

            if (IsPresent(column, field, i))
            {
                lists[row].Add(read(next++));
            }
        }

        return column switch
        {
            RawColumnData<float> => Typed<float>(lists),
            RawColumnData<int> => Typed<int>(lists),
            RawColumnData<sbyte> => Typed<sbyte>(lists),
            RawColumnData<byte> => Typed<byte>(lists),
            RawColumnData<ReadOnlyMemory<char>> => Typed<string>(lists),
            _ => Typed<object?>(lists),
        };
    }

    static object?[] Typed<T>(List<object?>[] lists) => Array.ConvertAll(lists, list => (object?)list.Select(v => (T)v!).ToArray());

    /// <summary>The column's lists of structures, made by the first of its fields.</summary>
    static object?[] Structures(Dictionary<string, object?[]> columns, string name, RawColumnData column, DataField field, int rows)
    {
        if (columns.TryGetValue(name, out var made))
        {
            return made;
        }

        var (items, row) = (new int[rows], -1);
        for (var i = 0; i < column.RepetitionLevels.Length; i++)
        {
            row += column.RepetitionLevels[i] == 0 ? 1 : 0;
            items[row] += IsItem(column, field, i) ? 1 : 0;
        }

        return columns[name] = Array.ConvertAll(
            items,
            n => (object?)Enumerable.Range(0, n).Select(_ => new Dictionary<string, object?>()).ToArray()
        );
    }

    static void AddFields(object?[] structures, string name, RawColumnData column, DataField field)
    {
        var (read, next, row, item) = (Reader(column, widened: true), 0, -1, 0);
        for (var i = 0; i < column.RepetitionLevels.Length; i++)
        {
            (row, item) = column.RepetitionLevels[i] == 0 ? (row + 1, 0) : (row, item + 1);
            if (IsItem(column, field, i))
            {
                ((Dictionary<string, object?>[])structures[row]!)[item][name] = IsPresent(column, field, i) ? read(next++) : null;
            }
        }
    }

    // Levels that a column does not have cannot be asked for.
    static bool IsPresent(RawColumnData column, DataField field, int level) =>
        field.MaxDefinitionLevel == 0 || column.DefinitionLevels[level] == field.MaxDefinitionLevel;

    /// <summary>Whether a list has an item here, though the item's field may be null.</summary>
    static bool IsItem(RawColumnData column, DataField field, int level) =>
        column.DefinitionLevels[level] >= field.MaxDefinitionLevel - (field.IsNullable ? 1 : 0);

    static Func<int, object?> Reader(RawColumnData column, bool widened) =>
        column switch
        {
            RawColumnData<float> c => i => widened ? (object)(double)c.Values[i] : c.Values[i],
            RawColumnData<double> c => i => c.Values[i],
            RawColumnData<long> c => i => c.Values[i],
            RawColumnData<int> c => i => widened ? (object)(long)c.Values[i] : c.Values[i],
            RawColumnData<byte> c => i => c.Values[i],
            RawColumnData<sbyte> c => i => c.Values[i],
            RawColumnData<bool> c => i => c.Values[i],
            RawColumnData<DateTime> c => i => c.Values[i],
            RawColumnData<ReadOnlyMemory<char>> c => i => c.Values[i].ToString(),
            RawColumnData<ReadOnlyMemory<byte>> c => i => c.Values[i].ToArray(),
            _ => _ => column.GetType().Name,
        };
}
