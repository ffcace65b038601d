using System.Globalization;
using System.Numerics;
using System.Text;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Data.Columns;

namespace ProcessingJob.Data.Reading;

/// <summary>
/// Values of csv columns that input.types gives a type: numbers (also with a leading +; NaN and Infinity for floats), true and false in
/// any case, ISO 8601 dates and timestamps, decimals of the column's scale at most, UUIDs. An empty field is null.
/// </summary>
static class TextValues
{
    static readonly string[] TimestampFormats =
    [
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF",
        "yyyy-MM-dd' 'HH:mm:ss.FFFFFFF",
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
        "yyyy-MM-dd' 'HH:mm:ss.FFFFFFFK",
    ];

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
            ValueColumn<float> c => float.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
                && IsHeld(float.IsFinite(value), field)
                && Add(c, value),
            ValueColumn<double> c => double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
                && IsHeld(double.IsFinite(value), field)
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
            _ => type.IsInteger && SlotDecoder.TryAppendInteger(field, into),
        };
    }

    static bool Add<T>(ValueColumn<T> into, T value)
        where T : unmanaged
    {
        into.Append(value);
        return true;
    }

    // Infinity where it is written, not where a number is too large.
    static bool IsHeld(bool isFinite, ReadOnlySpan<byte> field) => isFinite || !field.ContainsAnyInRange((byte)'0', (byte)'9');

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
        field = WithWholeOffset(field);
        // A zone in the value must be there exactly when the column has one: a guess would move the time.
        var hasZone = field.EndsWith('Z') || (field.Length > 6 && field[^6] is '+' or '-' && field[^3] == ':');
        var (shortened, nanoseconds) = SplitNanoseconds(field);
        if (
            hasZone != (type.Zone is not null)
            || !DateTime.TryParseExact(
                shortened,
                TimestampFormats,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal,
                out var time
            )
        )
        {
            return false;
        }

        var (value, rest) = Int128.DivRem(
            ((Int128)(time.Ticks - DateTime.UnixEpoch.Ticks) * TimeSpan.NanosecondsPerTick + nanoseconds)
                * TypedColumns.PerSecond(type.Unit),
            TypedColumns.PerSecond(TimeUnit.Ns)
        );
        return rest == 0 && ColumnConversion.TryAppendInteger(value, into);
    }

    /// <summary>The offsets +02 (PostgreSQL, DuckDB) and +0200 (C's strftime) as +02:00.</summary>
    static string WithWholeOffset(string field)
    {
        const int shortestTime = 16;
        return field.Length <= shortestTime ? field
            : field[^3] is '+' or '-' && AreDigits(field[^2..]) ? field + ":00"
            : field[^5] is '+' or '-' && AreDigits(field[^4..]) ? field.Insert(field.Length - 2, ":")
            : field;

        static bool AreDigits(string text) => text.All(char.IsAsciiDigit);
    }

    /// <summary>The digits behind the seventh of the seconds' fraction, which the parser does not know.</summary>
    static (string Field, int Nanoseconds) SplitNanoseconds(string field)
    {
        const int known = 7;
        var dot = field.IndexOf('.');
        var length = dot < 0 ? 0 : field[(dot + 1)..].TakeWhile(char.IsAsciiDigit).Count();
        if (length is not (known + 1 or known + 2))
        {
            return (field, 0);
        }

        var more = field.Substring(dot + 1 + known, length - known);
        return (field.Remove(dot + 1 + known, length - known), int.Parse(more.PadRight(2, '0'), CultureInfo.InvariantCulture));
    }
}
