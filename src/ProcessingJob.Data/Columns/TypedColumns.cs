using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using ProcessingJob.Contract.Columns;

namespace ProcessingJob.Data.Columns;

/// <summary>A 256-bit two's complement number, little-endian: the unscaled value of a decimal256.</summary>
[StructLayout(LayoutKind.Sequential, Size = 32)]
public readonly record struct Int256(ulong A, ulong B, ulong C, ulong D)
{
    public BigInteger ToBigInteger() => new(MemoryMarshal.AsBytes(new ReadOnlySpan<Int256>(in this)));
}

/// <summary>Which class of <see cref="Column"/> holds the values of a type.</summary>
static class TypedColumns
{
    public static Column Create(ColumnType type) =>
        type.Kind switch
        {
            TypeKind.Null or TypeKind.Bool => new ValueColumn<bool>(),
            TypeKind.Int8 => new ValueColumn<sbyte>(),
            TypeKind.Int16 => new ValueColumn<short>(),
            TypeKind.Int32 or TypeKind.Date32 or TypeKind.Time32 => new ValueColumn<int>(),
            TypeKind.Int64 or TypeKind.Date64 or TypeKind.Time64 or TypeKind.Timestamp or TypeKind.Duration => new ValueColumn<long>(),
            TypeKind.UInt8 => new ValueColumn<byte>(),
            TypeKind.UInt16 => new ValueColumn<ushort>(),
            TypeKind.UInt32 => new ValueColumn<uint>(),
            TypeKind.UInt64 => new ValueColumn<ulong>(),
            TypeKind.Float16 => new ValueColumn<Half>(),
            TypeKind.Float32 => new ValueColumn<float>(),
            TypeKind.Float64 => new ValueColumn<double>(),
            TypeKind.Decimal128 => new ValueColumn<Int128>(),
            TypeKind.Decimal256 => new ValueColumn<Int256>(),
            TypeKind.String or TypeKind.LargeString or TypeKind.Json => new StringColumn(),
            TypeKind.Binary or TypeKind.LargeBinary or TypeKind.FixedSizeBinary or TypeKind.Uuid => new BinaryColumn(),
            TypeKind.List or TypeKind.LargeList => new ItemsColumn(Create(type.Fields[0].Type)),
            TypeKind.FixedSizeList => new ItemsColumn(Create(type.Fields[0].Type), type.Size),
            TypeKind.Struct => new StructColumn([.. type.Fields.Select(f => Create(f.Type))]),
            TypeKind.Map => new ItemsColumn(new StructColumn([.. type.Fields.Select(f => Create(f.Type))])),
        };

    /// <summary>
    /// The text of a value that is neither nested nor a plain number or text: decimals with all their digits, ISO 8601 dates, times
    /// and timestamps (with Z when a zone is known), UUIDs; null for others.
    /// </summary>
    public static string? TextOf(ColumnType type, Column column, int row) =>
        (type.Kind, column) switch
        {
            (TypeKind.Decimal128, ValueColumn<Int128> c) => Decimal(c[row], type.Scale),
            (TypeKind.Decimal256, ValueColumn<Int256> c) => Decimal(c[row].ToBigInteger(), type.Scale),
            (TypeKind.Date32, ValueColumn<int> c) => Day(c[row]),
            (TypeKind.Date64, ValueColumn<long> c) => Day(FloorDiv(c[row], 86_400_000)),
            (TypeKind.Time32, ValueColumn<int> c) => Time(c[row], type.Unit),
            (TypeKind.Time64, ValueColumn<long> c) => Time(c[row], type.Unit),
            (TypeKind.Timestamp, ValueColumn<long> c) => Timestamp(c[row], type),
            (TypeKind.Uuid, BinaryColumn c) => new Guid(c[row], bigEndian: true).ToString(),
            _ => null,
        };

    public static string Decimal(BigInteger unscaled, int scale)
    {
        if (scale < 0)
        {
            return (unscaled * BigInteger.Pow(10, -scale)).ToString(CultureInfo.InvariantCulture);
        }

        var digits = BigInteger.Abs(unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        var sign = unscaled.Sign < 0 ? "-" : "";
        return scale == 0 ? sign + digits : $"{sign}{digits[..^scale]}.{digits[^scale..]}";
    }

    public static long PerSecond(TimeUnit unit) =>
        unit switch
        {
            TimeUnit.S => 1,
            TimeUnit.Ms => 1_000,
            TimeUnit.Us => 1_000_000,
            TimeUnit.Ns => 1_000_000_000,
        };

    static string Timestamp(long value, ColumnType type)
    {
        var day = 86_400 * PerSecond(type.Unit);
        var days = FloorDiv(value, day);
        return $"{Day(days)}T{Time(value - days * day, type.Unit)}{(type.Zone is null ? "" : "Z")}";
    }

    static string Time(long value, TimeUnit unit)
    {
        var perSecond = PerSecond(unit);
        var (seconds, rest) = (value / perSecond, value % perSecond);
        var fraction =
            rest == 0
                ? ""
                : "."
                    + rest.ToString(CultureInfo.InvariantCulture)
                        .PadLeft(
                            unit switch
                            {
                                TimeUnit.Ms => 3,
                                TimeUnit.Us => 6,
                                TimeUnit.Ns => 9,
                                TimeUnit.S => 0,
                            },
                            '0'
                        )
                        .TrimEnd('0');
        return string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:00}:{seconds / 60 % 60:00}:{seconds % 60:00}{fraction}");
    }

    /// <summary>
    /// Gregorian date of a day count, for any year (Howard Hinnant, chrono-Compatible Low-Level Date Algorithms, civil_from_days).
    /// </summary>
    static string Day(long days)
    {
        var z = days + 719_468;
        var era = FloorDiv(z, 146_097);
        var dayOfEra = z - era * 146_097;
        var yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        var dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        var shifted = (5 * dayOfYear + 2) / 153;
        var day = dayOfYear - (153 * shifted + 2) / 5 + 1;
        var month = shifted < 10 ? shifted + 3 : shifted - 9;
        var year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
        return string.Create(CultureInfo.InvariantCulture, $"{year:0000}-{month:00}-{day:00}");
    }

    static long FloorDiv(long a, long b) => a / b - (a % b < 0 ? 1 : 0);
}
