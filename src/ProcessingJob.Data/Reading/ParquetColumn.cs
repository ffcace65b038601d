using Parquet.Meta;
using Parquet.Schema;
using ProcessingJob.Contract;

namespace ProcessingJob.Data;

/// <summary>A column of a Parquet file that is not a list.</summary>
/// <param name="Name">Its path, with dots.</param>
/// <param name="Field">The library's name for it.</param>
/// <param name="Native">What it is for us: all integers are int64, floats double; decimals and UUIDs are texts, so that nothing is lost.</param>
internal sealed record ParquetColumn(string Name, DataField Field, ColumnType Native)
{
    /// <returns>Null for lists, maps and types without a counterpart.</returns>
    public static ParquetColumn? Of(DataField field, HashSet<SchemaElement> strings)
    {
        if (field.MaxRepetitionLevel > 0 || NativeOf(field, strings) is not { } native)
            return null;
        return new(string.Join('.', field.Path.ToList()), field, native);
    }

    private static ColumnType? NativeOf(DataField field, HashSet<SchemaElement> strings)
    {
        if (field.SchemaElement is { } element && strings.Contains(element))
            return ColumnType.String;
        var type = field.ClrType;
        if (type == typeof(ReadOnlyMemory<byte>))
            return ColumnType.Binary;
        if (type == typeof(bool))
            return ColumnType.Bool;
        if (type == typeof(float) || type == typeof(double))
            return ColumnType.Double;
        if (type == typeof(DateTime))
            return field is DateTimeDataField { DateTimeFormat: DateTimeFormat.Date } ? ColumnType.Date : ColumnType.Timestamp;
        if (type == typeof(decimal) || type == typeof(Guid))
            return ColumnType.String;
        return type == typeof(sbyte) || type == typeof(byte) || type == typeof(short) || type == typeof(ushort)
            || type == typeof(int) || type == typeof(uint) || type == typeof(long) || type == typeof(ulong)
            ? ColumnType.Int64
            : null;
    }
}
