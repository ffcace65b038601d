using System.Text;
using Apache.Arrow;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Data.Columns;
using Column = ProcessingJob.Data.Columns.Column;
using TimeUnit = ProcessingJob.Contract.Columns.TimeUnit;

namespace ProcessingJob.Data.Tests;

/// <summary>Values and nulls of any type, the edges of its range among them.</summary>
static class RandomValues
{
    public static void Append(ColumnType type, Column column, Random random)
    {
        if (type.Kind == TypeKind.Null || random.Next(5) == 0)
        {
            column.AppendNull();
            return;
        }

        switch (column)
        {
            case ValueColumn<bool> c:
                c.Append(random.Next(2) == 0);
                break;
            case ValueColumn<sbyte> c:
                c.Append((sbyte)Integer(random));
                break;
            case ValueColumn<short> c:
                c.Append((short)Integer(random));
                break;
            case ValueColumn<int> c when type.Kind == TypeKind.Time32:
                c.Append(random.Next(86_400) * (int)TypedColumns.PerSecond(type.Unit));
                break;
            case ValueColumn<int> c:
                c.Append((int)Integer(random));
                break;
            case ValueColumn<long> c when type.Kind == TypeKind.Time64:
                c.Append(random.Next(86_400) * TypedColumns.PerSecond(type.Unit) + random.Next(1000));
                break;
            case ValueColumn<long> c when type is { Kind: TypeKind.Timestamp, Unit: TimeUnit.S }:
                // Parquet has no seconds: they become milliseconds on the way.
                c.Append(Integer(random) / 1_000_000);
                break;
            case ValueColumn<long> c:
                c.Append(Integer(random));
                break;
            case ValueColumn<byte> c:
                c.Append((byte)Integer(random));
                break;
            case ValueColumn<ushort> c:
                c.Append((ushort)Integer(random));
                break;
            case ValueColumn<uint> c:
                c.Append((uint)Integer(random));
                break;
            case ValueColumn<ulong> c:
                c.Append((ulong)Integer(random));
                break;
            case ValueColumn<Half> c:
                c.Append((Half)Number(random));
                break;
            case ValueColumn<float> c:
                c.Append((float)Number(random));
                break;
            case ValueColumn<double> c:
                c.Append(Number(random));
                break;
            case ValueColumn<Int128> c:
                c.Append(Digits(type.Precision, random));
                break;
            case ValueColumn<Int256> c:
                var (low, sign) = ((ulong)Integer(random), random.Next(2) == 0 ? 0 : ulong.MaxValue);
                c.Append(new Int256(low, sign, sign, sign));
                break;
            case StringColumn c:
                c.Append(type.Kind == TypeKind.Json ? $"{{\"a\":{random.Next(9)}}}" : Text(random));
                break;
            case BinaryColumn c:
                var bytes = new byte[
                    type.Kind switch
                    {
                        TypeKind.Uuid => 16,
                        TypeKind.FixedSizeBinary => type.Size,
                        _ => random.Next(9),
                    }
                ];
                random.NextBytes(bytes);
                c.Append(bytes);
                break;
            case StructColumn c:
                for (var f = 0; f < c.Fields.Count; f++)
                {
                    AppendField(type.Fields[f], c.Fields[f], random);
                }

                c.EndRow();
                break;
            case ItemsColumn c:
                AppendItems(type, c, random);
                break;
        }
    }

    static void AppendField(TypeField field, Column column, Random random)
    {
        do
        {
            Append(field.Type, column, random);
            if (field.Nullable || !column.IsNull(column.Count - 1))
            {
                return;
            }

            column.RemoveLast();
        } while (true);
    }

    static void AppendItems(ColumnType type, ItemsColumn column, Random random)
    {
        for (var n = random.Next(4); n > 0; n--)
        {
            if (column.Items is StructColumn entry && type.Kind == TypeKind.Map)
            {
                AppendField(type.Fields[0], entry.Fields[0], random);
                AppendField(type.Fields[1], entry.Fields[1], random);
                entry.EndRow();
            }
            else
            {
                AppendField(type.Fields[0], column.Items, random);
            }
        }

        column.EndRow();
    }

    static long Integer(Random random) =>
        random.Next(4) switch
        {
            0 => random.Next(-3, 4),
            1 => long.MaxValue,
            2 => long.MinValue,
            _ => random.NextInt64(),
        };

    static double Number(Random random) =>
        random.Next(5) switch
        {
            0 => double.NaN,
            1 => double.NegativeInfinity,
            2 => -0.0,
            _ => random.NextDouble() * 100 - 50,
        };

    static Int128 Digits(int precision, Random random)
    {
        Int128 value = 0;
        for (var n = 0; n < precision; n++)
        {
            value = value * 10 + random.Next(10);
        }

        return random.Next(2) == 0 ? value : -value;
    }

    static string Text(Random random)
    {
        string[] parts = ["", "a", "ü", "😀", "\n", "\"", "longer text ", "\0"];
        return string.Concat(Enumerable.Range(0, random.Next(5)).Select(_ => parts[random.Next(parts.Length)]));
    }
}

/// <summary>A value of an Arrow array as text, by Apache.Arrow's own classes.</summary>
static class ArrowText
{
    public static string Of(IArrowArray array, int row)
    {
        if (array.IsNull(row))
        {
            return "null";
        }

        return array switch
        {
            StringArray a => a.GetString(row),
            LargeStringArray a => a.GetString(row),
            BinaryArray a => Convert.ToHexString(a.GetBytes(row)),
            LargeBinaryArray a => Convert.ToHexString(a.GetBytes(row)),
            MapArray a => Items(a.KeyValues, a.ValueOffsets[row], a.ValueOffsets[row + 1]),
            ListArray a => Items(a.Values, a.ValueOffsets[row], a.ValueOffsets[row + 1]),
            LargeListArray a => Items(a.Values, (int)a.ValueOffsets[row], (int)a.ValueOffsets[row + 1]),
            StructArray a => $"{{{string.Join(",", a.Fields.Select(f => Of(f, row)))}}}",
            BooleanArray a => a.GetValue(row).ToString()!,
            Apache.Arrow.Arrays.FixedSizeBinaryArray a => Convert.ToHexString(a.GetBytes(row)),
            Int8Array a => Show(a, row),
            Int16Array a => Show(a, row),
            Int32Array a => Show(a, row),
            Int64Array a => Show(a, row),
            UInt8Array a => Show(a, row),
            UInt16Array a => Show(a, row),
            UInt32Array a => Show(a, row),
            UInt64Array a => Show(a, row),
            HalfFloatArray a => Show(a, row),
            FloatArray a => Show(a, row),
            DoubleArray a => Show(a, row),
            Date32Array a => Show(a, row),
            Time32Array a => Show(a, row),
            Time64Array a => Show(a, row),
            TimestampArray a => Show(a, row),
            DurationArray a => Show(a, row),
            _ => throw new NotSupportedException(array.GetType().Name),
        };
    }

    static string Show<T>(PrimitiveArray<T> array, int row)
        where T : struct, IEquatable<T> => array.Values[row].ToString()!;

    static string Items(IArrowArray items, int start, int end)
    {
        var text = new StringBuilder("[");
        for (var i = start; i < end; i++)
        {
            text.Append(Of(items, i)).Append(',');
        }

        return text.Append(']').ToString();
    }
}
