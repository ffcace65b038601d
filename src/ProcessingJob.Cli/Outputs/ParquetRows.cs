using System.Runtime.CompilerServices;
using Parquet;
using Parquet.Data;
using Parquet.Schema;

namespace ProcessingJob.Cli.Outputs;

/// <summary>Parquet parts, a row group at a time.</summary>
static class ParquetRows
{
    public static async IAsyncEnumerable<PartRows> ReadAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var reader = await ParquetReader.CreateAsync(path, null, cancellationToken);
        var fields = reader.Schema.GetDataFields();
        var vector =
            fields.FirstOrDefault(f => f.Path.ToString().Split('/')[0] == PartReader.VectorColumn)
            ?? throw PartReader.Damaged(path, $"has no column '{PartReader.VectorColumn}'");
        for (var group = 0; group < reader.RowGroupCount; group++)
        {
            using var rows = reader.OpenRowGroupReader(group);
            var columns = new Dictionary<string, object?[]>();
            foreach (var field in fields.Where(f => f.MaxRepetitionLevel == 0))
            {
                if (await ValuesAsync(rows, field, cancellationToken) is { } values)
                {
                    columns[field.Name] = values;
                }
            }
            yield return new((int)rows.RowCount, await VectorsAsync(rows, vector, cancellationToken), columns);
        }
    }

    static Task<float[]> VectorsAsync(ParquetRowGroupReader rows, DataField field, CancellationToken cancellationToken) =>
        field.ClrType switch
        {
            var t when t == typeof(float) => VectorsAsync<float>(rows, field, v => v, cancellationToken),
            var t when t == typeof(sbyte) => VectorsAsync<sbyte>(rows, field, v => v, cancellationToken),
            _ => VectorsAsync<byte>(rows, field, v => v, cancellationToken),
        };

    static async Task<float[]> VectorsAsync<T>(
        ParquetRowGroupReader rows,
        DataField field,
        Func<T, float> convert,
        CancellationToken cancellationToken
    )
        where T : struct
    {
        using var column = await rows.ReadRawColumnDataBaseAsync(field, cancellationToken);
        var values = ((RawColumnData<T>)column).Values;
        var vectors = new float[values.Length];
        for (var i = 0; i < vectors.Length; i++)
        {
            vectors[i] = convert(values[i]);
        }

        return vectors;
    }

    static async Task<object?[]?> ValuesAsync(ParquetRowGroupReader rows, DataField field, CancellationToken cancellationToken) =>
        field.ClrType switch
        {
            var t when t == typeof(string) || t == typeof(ReadOnlyMemory<char>) => await TextsAsync(rows, field, cancellationToken),
            var t when t == typeof(long) => await ValuesAsync<long>(rows, field, v => v, cancellationToken),
            var t when t == typeof(int) => await ValuesAsync<int>(rows, field, v => (long)v, cancellationToken),
            var t when t == typeof(double) => await ValuesAsync<double>(rows, field, v => v, cancellationToken),
            var t when t == typeof(float) => await ValuesAsync<float>(rows, field, v => (double)v, cancellationToken),
            var t when t == typeof(bool) => await ValuesAsync<bool>(rows, field, v => v, cancellationToken),
            var t when t == typeof(DateTime) => await ValuesAsync<DateTime>(rows, field, v => v, cancellationToken),
            // Bytes are nothing to look at.
            _ => null,
        };

    static async Task<object?[]> TextsAsync(ParquetRowGroupReader rows, DataField field, CancellationToken cancellationToken)
    {
        var values = new string?[rows.RowCount];
        await rows.ReadAsync(field, values.AsMemory(), null, cancellationToken);
        return values;
    }

    static async Task<object?[]> ValuesAsync<T>(
        ParquetRowGroupReader rows,
        DataField field,
        Func<T, object> box,
        CancellationToken cancellationToken
    )
        where T : struct
    {
        var (values, levels) = (new T[rows.RowCount], new int[rows.RowCount]);
        var hasLevels = field.MaxDefinitionLevel > 0;
        // A bare null would become an empty memory.
        var definition = hasLevels ? levels.AsMemory() : (Memory<int>?)null;
        await rows.ReadRawAsync<T>(field, values, definition, null, cancellationToken);
        var (boxed, next) = (new object?[values.Length], 0);
        for (var row = 0; row < boxed.Length; row++)
        {
            boxed[row] = hasLevels && levels[row] < field.MaxDefinitionLevel ? null : box(values[next++]);
        }

        return boxed;
    }
}
