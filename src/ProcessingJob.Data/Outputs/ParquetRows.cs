using System.Globalization;
using System.Runtime.CompilerServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using ParquetSharp.Arrow;

namespace ProcessingJob.Data.Outputs;

/// <summary>Parquet parts, some thousand rows at a time.</summary>
static class ParquetRows
{
    public static async IAsyncEnumerable<PartRows> ReadAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var arrow = ParquetSharp.Arrow.ArrowReaderProperties.GetDefault();
        arrow.BatchSize = PartReader.Stretch;
        using var file = new FileReader(path, null, arrow);
        using var batches = file.GetRecordBatchReader();
        while (await batches.ReadNextRecordBatchAsync(cancellationToken).ConfigureAwait(false) is { } batch)
        {
            using (batch)
            {
                var (stored, columns) = (System.Array.Empty<float>(), new Dictionary<string, object?[]>());
                for (var i = 0; i < batch.ColumnCount; i++)
                {
                    var (name, values) = (batch.Schema.GetFieldByIndex(i).Name, batch.Column(i));
                    if (name == PartReader.VectorColumn && values is ListArray vectors)
                    {
                        stored = Floats(vectors, path);
                    }
                    else
                    {
                        columns[name] = [.. Enumerable.Range(0, values.Length).Select(row => Value(values, row, widened: true))];
                    }
                }

                yield return new(batch.Length, stored, columns);
            }
        }
    }

    static float[] Floats(ListArray vectors, string path)
    {
        var (start, end) = (vectors.ValueOffsets[0], vectors.ValueOffsets[vectors.Length]);
        return vectors.Values switch
        {
            FloatArray a => a.Values[start..end].ToArray(),
            Int8Array a => System.Array.ConvertAll(a.Values[start..end].ToArray(), v => (float)v),
            UInt8Array a => System.Array.ConvertAll(a.Values[start..end].ToArray(), v => (float)v),
            _ => throw PartReader.Damaged(path, $"its column '{PartReader.VectorColumn}' holds no numbers of an embedding"),
        };
    }

    // Numbers of a row come as long or double, those of lists as they are.
    static object? Value(IArrowArray array, int row, bool widened) =>
        array.IsNull(row)
            ? null
            : array switch
            {
                StringArray a => a.GetString(row),
                LargeStringArray a => a.GetString(row),
                BooleanArray a => a.GetValue(row),
                FloatArray a => widened ? (object)(double)a.Values[row] : a.Values[row],
                DoubleArray a => a.Values[row],
                HalfFloatArray a => (double)a.Values[row],
                Int8Array a => widened ? (object)(long)a.Values[row] : a.Values[row],
                UInt8Array a => widened ? (object)(long)a.Values[row] : a.Values[row],
                Int16Array a => (long)a.Values[row],
                UInt16Array a => (long)a.Values[row],
                Int32Array a => widened ? (object)(long)a.Values[row] : a.Values[row],
                UInt32Array a => (long)a.Values[row],
                Int64Array a => a.Values[row],
                UInt64Array a => a.Values[row],
                TimestampArray a => Time(a, row),
                Date32Array a => a.GetDateTime(row),
                Date64Array a => a.GetDateTime(row),
                Decimal128Array a => a.GetString(row),
                Decimal256Array a => a.GetString(row),
                Apache.Arrow.Arrays.FixedSizeBinaryArray a => a.GetBytes(row).ToArray(),
                BinaryArray a => a.GetBytes(row).ToArray(),
                ListArray a => List(a.Values, a.ValueOffsets[row], a.ValueOffsets[row + 1]),
                StructArray a => Fields(a, row),
                _ => $"({array.Data.DataType.Name})",
            };

    static object Time(TimestampArray array, int row)
    {
        var unit = ((TimestampType)array.Data.DataType).Unit;
        var value = array.Values[row];
        try
        {
            return DateTime.UnixEpoch.AddTicks(
                unit switch
                {
                    TimeUnit.Second => checked(value * TimeSpan.TicksPerSecond),
                    TimeUnit.Millisecond => checked(value * TimeSpan.TicksPerMillisecond),
                    TimeUnit.Microsecond => checked(value * TimeSpan.TicksPerMicrosecond),
                    _ => value / TimeSpan.NanosecondsPerTick,
                }
            );
        }
        catch (Exception e) when (e is OverflowException or ArgumentOutOfRangeException)
        {
            // Years that a DateTime does not have.
            return string.Create(CultureInfo.InvariantCulture, $"{value} {unit} since 1970");
        }
    }

    static System.Array List(IArrowArray items, int start, int end) =>
        items switch
        {
            FloatArray a => a.Values[start..end].ToArray(),
            Int32Array a => a.Values[start..end].ToArray(),
            Int8Array a => a.Values[start..end].ToArray(),
            UInt8Array a => a.Values[start..end].ToArray(),
            StringArray a => Enumerable.Range(start, end - start).Select(i => a.GetString(i)).ToArray(),
            StructArray a => Enumerable.Range(start, end - start).Select(i => Fields(a, i)).ToArray(),
            _ => Enumerable.Range(start, end - start).Select(i => Value(items, i, widened: true)).ToArray(),
        };

    static Dictionary<string, object?> Fields(StructArray array, int row) =>
        ((StructType)array.Data.DataType)
            .Fields.Zip(array.Fields)
            .ToDictionary(field => field.First.Name, field => Value(field.Second, row, widened: true));
}
