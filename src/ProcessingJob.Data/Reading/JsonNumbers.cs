using System.Globalization;
using ProcessingJob.Contract.Columns;

namespace ProcessingJob.Data.Reading;

/// <summary>Kinds of JSON values that a column was seen to have.</summary>
[Flags]
enum JsonKinds
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

    /// <summary>A string, an object or an array.</summary>
    Other = 128,
}

/// <summary>Which type holds a JSON number without loss.</summary>
static class JsonNumbers
{
    /// <summary>Digits of a double that are needed to tell it from its neighbors (IEEE 754): more are of a number that is none.</summary>
    const int DoubleDigits = 17;

    /// <summary>Up to here every integer is a double.</summary>
    const long LastExactInteger = 1L << 53;

    public static JsonKinds KindOf(ReadOnlySpan<byte> number)
    {
        if (number.IndexOfAny((byte)'.', (byte)'e', (byte)'E') >= 0)
        {
            return IsDouble(number) ? JsonKinds.Double : JsonKinds.LongNumber;
        }

        if (long.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
        {
            return (value < 0 ? JsonKinds.Negative : 0)
                | (value is >= -LastExactInteger and <= LastExactInteger ? JsonKinds.Integer : JsonKinds.WideInteger);
        }

        return ulong.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out _) ? JsonKinds.Unsigned : JsonKinds.LongNumber;
    }

    /// <summary>The type that holds all these values without loss; null when there are none.</summary>
    public static ColumnType? TypeOf(JsonKinds kinds)
    {
        const JsonKinds integers = JsonKinds.Integer | JsonKinds.WideInteger | JsonKinds.Negative;
        return kinds switch
        {
            0 => null,
            JsonKinds.Bool => ColumnType.Bool,
            _ when (kinds & ~integers) == 0 => ColumnType.Int64,
            _ when (kinds & ~(JsonKinds.Integer | JsonKinds.WideInteger | JsonKinds.Unsigned)) == 0 => new(TypeKind.UInt64),
            _ when (kinds & ~(JsonKinds.Integer | JsonKinds.Negative | JsonKinds.Double)) == 0 => ColumnType.Double,
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
