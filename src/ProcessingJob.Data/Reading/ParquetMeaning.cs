using System.Globalization;
using System.Numerics;
using Parquet.Meta;

namespace ProcessingJob.Data.Reading;

enum ParquetMeaningKind
{
    /// <summary>What the physical type says.</summary>
    Plain,
    Text,
    Uuid,

    /// <summary>Days since 1970-01-01.</summary>
    Date,

    /// <summary>A count since 1970-01-01 UTC in units of 10^-<see cref="ParquetMeaning.Digits"/> seconds.</summary>
    Timestamp,

    /// <summary>An integer, or big-endian bytes, to be divided by 10^<see cref="ParquetMeaning.Digits"/>.</summary>
    Decimal,
    Unsigned,
}

/// <summary>
/// What the annotation of a column says about its physical values. It is read and taken away before the library sees it: the
/// library knows annotated types in some encodings only (no timestamps or decimals in DELTA_BINARY_PACKED, which version 2 writers
/// use), replaces broken UTF-8, and fails for values its own types cannot hold.
/// </summary>
readonly record struct ParquetMeaning(ParquetMeaningKind Kind, int Digits = 0)
{
    /// <summary>More digits than decimals of any writer have: a damaged footer.</summary>
    const int MaxDigits = 1000;

    /// <summary>Reads a leaf's annotation and removes it; others, such as times of day, stay.</summary>
    public static ParquetMeaning Take(SchemaElement element)
    {
        if (
            Of(element.LogicalType, element.ConvertedType, element.Scale ?? 0) is not { Digits: >= 0 and <= MaxDigits } meaning
            || (meaning.Kind == ParquetMeaningKind.Uuid && element.TypeLength != 16)
        )
        {
            return default;
        }

        (element.LogicalType, element.ConvertedType) = (null, null);
        return meaning;
    }

    static ParquetMeaning? Of(LogicalType? logical, ConvertedType? converted, int scale) =>
        (logical, converted) switch
        {
            ({ STRING: not null } or { ENUM: not null } or { JSON: not null }, _) => new(ParquetMeaningKind.Text),
            ({ UUID: not null }, _) => new(ParquetMeaningKind.Uuid),
            ({ FLOAT16: not null }, _) => default(ParquetMeaning),
            ({ DATE: not null }, _) => new(ParquetMeaningKind.Date),
            ({ TIMESTAMP: { } t }, _) => new(
                ParquetMeaningKind.Timestamp,
                t.Unit.NANOS is not null ? 9
                    : t.Unit.MICROS is not null ? 6
                    : 3
            ),
            ({ DECIMAL: { } d }, _) => new(ParquetMeaningKind.Decimal, d.Scale),
            ({ INTEGER: { } i }, _) => new(i.IsSigned ? ParquetMeaningKind.Plain : ParquetMeaningKind.Unsigned),
            (_, ConvertedType.UTF8 or ConvertedType.ENUM or ConvertedType.JSON) => new(ParquetMeaningKind.Text),
            (_, ConvertedType.DATE) => new(ParquetMeaningKind.Date),
            (_, ConvertedType.TIMESTAMP_MILLIS) => new(ParquetMeaningKind.Timestamp, 3),
            (_, ConvertedType.TIMESTAMP_MICROS) => new(ParquetMeaningKind.Timestamp, 6),
            (_, ConvertedType.DECIMAL) => new(ParquetMeaningKind.Decimal, scale),
            (_, ConvertedType.UINT_8 or ConvertedType.UINT_16 or ConvertedType.UINT_32 or ConvertedType.UINT_64) => new(
                ParquetMeaningKind.Unsigned
            ),
            (_, ConvertedType.INT_8 or ConvertedType.INT_16 or ConvertedType.INT_32 or ConvertedType.INT_64) => default(ParquetMeaning),
            _ => null,
        };

    /// <returns>The number, the days or the microseconds; null when our type cannot hold them.</returns>
    public long? ToLong(long value) =>
        Kind switch
        {
            ParquetMeaningKind.Unsigned => value >= 0 ? value : null,
            ParquetMeaningKind.Date => value is >= FirstDay and <= LastDay ? value : null,
            ParquetMeaningKind.Timestamp => Microseconds(value),
            ParquetMeaningKind.Plain or ParquetMeaningKind.Text or ParquetMeaningKind.Decimal or ParquetMeaningKind.Uuid => value,
        };

    /// <summary>A decimal with all its digits.</summary>
    public string ToDecimal(BigInteger unscaled)
    {
        var digits = BigInteger.Abs(unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(Digits + 1, '0');
        var sign = unscaled.Sign < 0 ? "-" : "";
        return Digits == 0 ? sign + digits : $"{sign}{digits[..^Digits]}.{digits[^Digits..]}";
    }

    /// <summary>A decimal or a UUID.</summary>
    public string ToText(ReadOnlySpan<byte> value) =>
        Kind == ParquetMeaningKind.Uuid
            ? new Guid(value, bigEndian: true).ToString()
            : ToDecimal(new BigInteger(value, isUnsigned: false, isBigEndian: true));

    // From year 1 to year 9999, as in our own output.
    const long FirstDay = -719_162,
        LastDay = 2_932_896,
        DayMicroseconds = 86_400_000_000;

    long? Microseconds(long value)
    {
        var microseconds = Digits switch
        {
            3 => (Int128)value * 1000,
            6 => value,
            _ => (Int128)Math.Floor(value / 1000m),
        };
        return microseconds >= FirstDay * DayMicroseconds && microseconds < (LastDay + 1) * DayMicroseconds ? (long)microseconds : null;
    }
}
