using System.Globalization;
using ProcessingJob.Contract.Columns;

namespace ProcessingJob.Data.Reading;

/// <summary>Kinds of values that a column was seen to have.</summary>
[Flags]
enum ValueKinds
{
    Bool = 1,

    /// <summary>One that is a double as well.</summary>
    Integer = 2,

    /// <summary>Another that is an int64.</summary>
    WideInteger = 4,

    /// <summary>Above int64, within uint64.</summary>
    Unsigned = 8,
    Negative = 16,
    Double = 32,

    /// <summary>A number that is neither an integer of 64 bits nor a double.</summary>
    LongNumber = 64,

    /// <summary>A text.</summary>
    Other = 128,

    /// <summary>csv: a day.</summary>
    Date = 256,

    /// <summary>csv: a wall clock's time.</summary>
    LocalTime = 512,

    /// <summary>csv: a time with its distance from UTC.</summary>
    ZonedTime = 1024,

    /// <summary>JSON: an object or an array.</summary>
    Nested = 2048,
}

/// <summary>Which type holds a number, as JSON writes them, without loss.</summary>
static class JsonNumbers
{
    /// <summary>Digits of a double that are needed to tell it from its neighbors (IEEE 754): more are of a number that is none.</summary>
    const int DoubleDigits = 17;

    /// <summary>Up to here every integer is a double.</summary>
    const long LastExactInteger = 1L << 53;

    public static ValueKinds KindOf(ReadOnlySpan<byte> number)
    {
        if (number.IndexOfAny((byte)'.', (byte)'e', (byte)'E') >= 0)
        {
            return IsDouble(number) ? ValueKinds.Double : ValueKinds.LongNumber;
        }

        if (long.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
        {
            return (value < 0 ? ValueKinds.Negative : 0)
                | (value is >= -LastExactInteger and <= LastExactInteger ? ValueKinds.Integer : ValueKinds.WideInteger);
        }

        return ulong.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out _) ? ValueKinds.Unsigned : ValueKinds.LongNumber;
    }

    /// <summary>The type that holds all these values without loss; null when there are none.</summary>
    public static ColumnType? TypeOf(ValueKinds kinds)
    {
        const ValueKinds integers = ValueKinds.Integer | ValueKinds.WideInteger | ValueKinds.Negative;
        return kinds switch
        {
            0 => null,
            ValueKinds.Bool => ColumnType.Bool,
            ValueKinds.Date => ColumnType.Date,
            ValueKinds.LocalTime => ColumnType.Timestamp with { Zone = null },
            ValueKinds.ZonedTime => ColumnType.Timestamp,
            _ when (kinds & ~integers) == 0 => ColumnType.Int64,
            _ when (kinds & ~(ValueKinds.Integer | ValueKinds.WideInteger | ValueKinds.Unsigned)) == 0 => new(TypeKind.UInt64),
            _ when (kinds & ~(ValueKinds.Integer | ValueKinds.Negative | ValueKinds.Double)) == 0 => ColumnType.Double,
            _ => ColumnType.String,
        };
    }

    /// <summary>Whether the number can be a double: as an integer exactly, else with the digits that doubles are written with.</summary>
    public static bool IsDouble(ReadOnlySpan<byte> number)
    {
        if (number.IndexOfAny((byte)'.', (byte)'e', (byte)'E') < 0)
        {
            return long.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer)
                && integer is >= -LastExactInteger and <= LastExactInteger;
        }

        return SignificantDigits(number) <= DoubleDigits
            && double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            && double.IsFinite(value);
    }

    static int SignificantDigits(ReadOnlySpan<byte> number)
    {
        var (digits, last) = (0, 0);
        foreach (var c in number)
        {
            if (c is (byte)'e' or (byte)'E')
            {
                break;
            }

            if (c is < (byte)'0' or > (byte)'9' || (digits == 0 && c == '0'))
            {
                continue;
            }

            digits++;
            last = c == '0' ? last : digits;
        }

        // Zeros at the end say nothing.
        return last;
    }
}
