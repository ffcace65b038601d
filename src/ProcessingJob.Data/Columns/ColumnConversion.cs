using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Unicode;
using ProcessingJob.Contract.Columns;

namespace ProcessingJob.Data.Columns;

/// <summary>
/// Values of one type as another without loss: a job's files may differ in the width of a column. What does not fit is no value of
/// the column, and its row is rejected.
/// </summary>
static class ColumnConversion
{
    /// <summary>Whether some value of the one type can be a value of the other.</summary>
    public static bool IsPossible(ColumnType from, ColumnType to) =>
        from == to
        || from.Kind == TypeKind.Null
        || (to.Kind == TypeKind.String && !from.IsNested)
        || (IsNumber(from) && IsNumber(to))
        || (from.IsText && to.IsText)
        || (IsBinary(from) && IsBinary(to))
        || (from.Kind == TypeKind.Timestamp && to.Kind == TypeKind.Timestamp && from.Zone is null == to.Zone is null)
        || (from.Kind == TypeKind.Decimal128 && to.Kind == TypeKind.Decimal128 && from.Scale == to.Scale);

    /// <returns>False when the value does not fit.</returns>
    public static bool TryAppend(ColumnType from, Column values, int row, ColumnType to, Column into)
    {
        if (values.IsNull(row))
        {
            into.AppendNull();
            return true;
        }

        if (from == to)
        {
            into.AppendFrom(values, row);
            return true;
        }

        return (values, into) switch
        {
            (StringColumn a, StringColumn b) => Append(a, row, b),
            (BinaryColumn a, BinaryColumn b) when to.Kind is TypeKind.Binary or TypeKind.LargeBinary || a.Length(row) == to.Size => Append(
                a,
                row,
                b
            ),
            (_, StringColumn b) when to.Kind == TypeKind.String => TryAppendText(from, values, row, b),
            _ when IsNumber(from) && IsNumber(to) => TryAppendNumber(values, row, to, into),
            (ValueColumn<long> a, ValueColumn<long> b) when from.Kind == TypeKind.Timestamp && IsPossible(from, to) => TryAppendTime(
                a[row],
                from.Unit,
                to.Unit,
                b
            ),
            (ValueColumn<Int128> a, ValueColumn<Int128> b) when IsPossible(from, to) => TryAppendDecimal(a[row], to, b),
            _ => false,
        };
    }

    /// <summary>The value of an integer column of any width.</summary>
    public static Int128? IntegerOf(Column values, int row) =>
        values switch
        {
            ValueColumn<long> c => c[row],
            ValueColumn<int> c => c[row],
            ValueColumn<short> c => c[row],
            ValueColumn<sbyte> c => c[row],
            ValueColumn<ulong> c => c[row],
            ValueColumn<uint> c => c[row],
            ValueColumn<ushort> c => c[row],
            ValueColumn<byte> c => c[row],
            _ => null,
        };

    /// <summary>A scalar as text; null for binary values and lists.</summary>
    public static string? TextOf(ColumnType type, Column values, int row) =>
        TypedColumns.TextOf(type, values, row)
        ?? values switch
        {
            StringColumn c => c[row].ToString(),
            ValueColumn<bool> c => c[row] ? "true" : "false",
            ValueColumn<double> c => c[row].ToString(CultureInfo.InvariantCulture),
            ValueColumn<float> c => c[row].ToString(CultureInfo.InvariantCulture),
            ValueColumn<Half> c => c[row].ToString(CultureInfo.InvariantCulture),
            _ => IntegerOf(values, row)?.ToString(CultureInfo.InvariantCulture),
        };

    static bool IsNumber(ColumnType type) => type.IsInteger || type.Kind is TypeKind.Float16 or TypeKind.Float32 or TypeKind.Float64;

    static bool IsBinary(ColumnType type) => type.Kind is TypeKind.Binary or TypeKind.LargeBinary or TypeKind.FixedSizeBinary;

    static bool Append<T>(RunColumn<T> values, int row, RunColumn<T> into)
        where T : unmanaged
    {
        into.Append(values[row]);
        return true;
    }

    static bool TryAppendText(ColumnType from, Column values, int row, StringColumn into)
    {
        if (values is BinaryColumn bytes && from.Kind != TypeKind.Uuid)
        {
            if (!Utf8.IsValid(bytes[row]))
            {
                return false;
            }

            into.Append(Encoding.UTF8.GetString(bytes[row]));
            return true;
        }

        if (TextOf(from, values, row) is not { } text)
        {
            return false;
        }

        into.Append(text);
        return true;
    }

    static bool TryAppendNumber(Column values, int row, ColumnType to, Column into)
    {
        if (IntegerOf(values, row) is { } integer)
        {
            return TryAppendInteger(integer, into) || TryAppendFraction((double)integer, (Int128)(double)integer == integer, into);
        }

        var number = values switch
        {
            ValueColumn<double> c => c[row],
            ValueColumn<float> c => c[row],
            ValueColumn<Half> c => (double)c[row],
            _ => double.NaN,
        };
        return !to.IsInteger && TryAppendFraction(number, true, into);
    }

    public static bool TryAppendInteger(Int128 value, Column into) =>
        into switch
        {
            ValueColumn<long> c => TryAppend(value, c),
            ValueColumn<int> c => TryAppend(value, c),
            ValueColumn<short> c => TryAppend(value, c),
            ValueColumn<sbyte> c => TryAppend(value, c),
            ValueColumn<ulong> c => TryAppend(value, c),
            ValueColumn<uint> c => TryAppend(value, c),
            ValueColumn<ushort> c => TryAppend(value, c),
            ValueColumn<byte> c => TryAppend(value, c),
            _ => false,
        };

    static bool TryAppend<T>(Int128 value, ValueColumn<T> into)
        where T : unmanaged, IBinaryInteger<T>
    {
        var fits = value == Int128.CreateTruncating(T.CreateTruncating(value));
        if (fits)
        {
            into.Append(T.CreateTruncating(value));
        }

        return fits;
    }

    /// <summary>NaN and the infinities fit everywhere; finite numbers where they stay what they are.</summary>
    static bool TryAppendFraction(double value, bool exact, Column into)
    {
        switch (into)
        {
            case ValueColumn<double> c when exact:
                c.Append(value);
                return true;
            case ValueColumn<float> c when exact && Same((float)value, value):
                c.Append((float)value);
                return true;
            case ValueColumn<Half> c when exact && Same((double)(Half)value, value):
                c.Append((Half)value);
                return true;
            default:
                return false;
        }
    }

    static bool Same(double a, double b) => a.Equals(b);

    static bool TryAppendTime(long value, TimeUnit from, TimeUnit to, ValueColumn<long> into)
    {
        var scaled = (Int128)value * TypedColumns.PerSecond(to);
        var (quotient, rest) = Int128.DivRem(scaled, TypedColumns.PerSecond(from));
        return rest == 0 && TryAppend(quotient, into);
    }

    static bool TryAppendDecimal(Int128 value, ColumnType to, ValueColumn<Int128> into)
    {
        if (BigInteger.Abs(value) >= BigInteger.Pow(10, to.Precision))
        {
            return false;
        }

        into.Append(value);
        return true;
    }
}
