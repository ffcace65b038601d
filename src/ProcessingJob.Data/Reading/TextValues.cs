using System.Globalization;
using System.Numerics;
using System.Text;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Data.Columns;

namespace ProcessingJob.Data.Reading;

/// <summary>
/// Values of csv columns that input.types gives a type: numbers as JSON writes them (also with a leading +), true and false in any
/// case, ISO 8601 dates, times and timestamps, decimals of the column's scale at most, UUIDs. An empty field is null.
/// </summary>
static class TextValues
{
    /// <returns>False when the field is no value of the type.</returns>
    public static bool TryAppend(ReadOnlySpan<byte> field, ColumnType type, Column into)
    {
        if (field.IsEmpty)
        {
            into.AppendNull();
            return true;
        }

        return into switch
        {
            ValueColumn<bool> c => TryAppendBool(field, c),
            ValueColumn<float> c => float.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && Add(c, value),
            ValueColumn<double> c => double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
                && Add(c, value),
            ValueColumn<Int128> c when type.IsDecimal => TryAppendDecimal(Encoding.UTF8.GetString(field), type, c),
            ValueColumn<int> c when type.Kind == TypeKind.Date32 => DateOnly.TryParseExact(
                Encoding.UTF8.GetString(field),
                "yyyy-MM-dd",
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out var day
            ) && Add(c, day.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber),
            ValueColumn<long> c when type.Kind == TypeKind.Timestamp => TryAppendTimestamp(Encoding.UTF8.GetString(field), type, c),
            BinaryColumn c when type.Kind == TypeKind.Uuid => TryAppendUuid(Encoding.UTF8.GetString(field), c),
            _ => type.IsInteger
                && Int128.TryParse(field, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                && ColumnConversion.TryAppendInteger(number, into),
        };
    }

    static bool Add<T>(ValueColumn<T> into, T value)
        where T : unmanaged
    {
        into.Append(value);
        return true;
    }

    static bool TryAppendBool(ReadOnlySpan<byte> field, ValueColumn<bool> into)
    {
        var isTrue = Ascii.EqualsIgnoreCase(field, "true"u8);
        return (isTrue || Ascii.EqualsIgnoreCase(field, "false"u8)) && Add(into, isTrue);
    }

    static bool TryAppendUuid(string field, BinaryColumn into)
    {
        if (!Guid.TryParseExact(field, "D", out var id))
        {
            return false;
        }

        into.Append(id.ToByteArray(bigEndian: true));
        return true;
    }

    static bool TryAppendDecimal(string field, ColumnType type, ValueColumn<Int128> into)
    {
        var dot = field.IndexOf('.');
        var fraction = dot < 0 ? 0 : field.Length - dot - 1;
        if (
            fraction > type.Scale
            || !BigInteger.TryParse(
                dot < 0 ? field : field.Remove(dot, 1),
                NumberStyles.AllowLeadingSign,
                CultureInfo.InvariantCulture,
                out var unscaled
            )
        )
        {
            return false;
        }

        unscaled *= BigInteger.Pow(10, type.Scale - fraction);
        return BigInteger.Abs(unscaled) < BigInteger.Pow(10, type.Precision) && Add(into, (Int128)unscaled);
    }

    static bool TryAppendTimestamp(string field, ColumnType type, ValueColumn<long> into)
    {
        // A zone in the value must be there exactly when the column has one: a guess would move the time.
        var hasZone = field.EndsWith('Z') || (field.Length > 6 && field[^6] is '+' or '-' && field[^3] == ':');
        string[] formats =
        [
            "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF",
            "yyyy-MM-dd' 'HH:mm:ss.FFFFFFF",
            "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
            "yyyy-MM-dd' 'HH:mm:ss.FFFFFFFK",
        ];
        if (
            hasZone != (type.Zone is not null)
            || !DateTime.TryParseExact(
                field,
                formats,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal,
                out var time
            )
        )
        {
            return false;
        }

        var (value, rest) = Int128.DivRem(
            (Int128)(time.Ticks - DateTime.UnixEpoch.Ticks) * TypedColumns.PerSecond(type.Unit),
            TimeSpan.TicksPerSecond
        );
        return rest == 0 && ColumnConversion.TryAppendInteger(value, into);
    }
}
