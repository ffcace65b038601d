using Parquet.Schema;
using ProcessingJob.Contract.Columns;

namespace ProcessingJob.Data.Reading;

/// <summary>A column of a Parquet file that is not a list.</summary>
/// <param name="Name">Its path, with dots.</param>
/// <param name="Field">The library's name for it.</param>
/// <param name="Meaning">Of its physical values.</param>
/// <param name="Native">What it is for us: all integers are int64, floats double; decimals and UUIDs are texts, so that nothing is lost.</param>
sealed record ParquetColumn(string Name, DataField Field, ParquetMeaning Meaning, ColumnType Native)
{
    /// <returns>Null for lists, maps and types without a counterpart.</returns>
    public static ParquetColumn? Of(DataField field, ParquetMeaning meaning) =>
        field.MaxRepetitionLevel == 0 && NativeOf(field.ClrType, meaning.Kind) is { } native
            ? new(NameOf(field), field, meaning, native)
            : null;

    public static string NameOf(DataField field) => string.Join('.', field.Path.ToList());

    static ColumnType? NativeOf(Type type, ParquetMeaningKind meaning)
    {
        if (type == typeof(bool))
        {
            return ColumnType.Bool;
        }

        if (type == typeof(float) || type == typeof(double))
        {
            return ColumnType.Double;
        }
        // INT96: the library knows what it means.
        if (type == typeof(DateTime))
        {
            return ColumnType.Timestamp;
        }

        if (type == typeof(ReadOnlyMemory<byte>))
        {
            return meaning == ParquetMeaningKind.Plain ? ColumnType.Binary : ColumnType.String;
        }

        if (type != typeof(int) && type != typeof(long))
        {
            return null;
        }

        return meaning switch
        {
            ParquetMeaningKind.Date => ColumnType.Date,
            ParquetMeaningKind.Timestamp => ColumnType.Timestamp,
            ParquetMeaningKind.Decimal => ColumnType.String,
            ParquetMeaningKind.Plain or ParquetMeaningKind.Text or ParquetMeaningKind.Unsigned or ParquetMeaningKind.Uuid =>
                ColumnType.Int64,
        };
    }
}
