namespace ProcessingJob.Contract.Columns;

/// <summary>What the values of a column are, in memory and in a part file.</summary>
public enum ColumnKind
{
    String,
    Int64,
    Int32,
    Double,
    Float,
    Bool,

    /// <summary>Microseconds since 1970-01-01 UTC, held as <see cref="long"/>.</summary>
    Timestamp,

    /// <summary>Days since 1970-01-01, held as <see cref="int"/>.</summary>
    Date,
    Binary,
    ListFloat,

    /// <summary>
    /// Held as floats and rounded to half precision when written. Parquet: list of float, byte-stream-split, so that compression
    /// removes the zero bytes and every reader understands it (nested Float16 is unreadable for several). npy: real '&lt;f2'.
    /// </summary>
    ListFloat16,
    ListInt32,
    ListInt8,
    ListUInt8,
    ListStruct,

    /// <summary>Held as a list of structures with the one field of <see cref="OutputColumn.Element"/>.</summary>
    ListString,
}

/// <summary>A column of a part file.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Kind">Type of its values.</param>
/// <param name="Nullable">Whether a row may have no value; lists are never null, only empty.</param>
/// <param name="Fields">Fields of a <see cref="ColumnKind.ListStruct"/>, none of them a list.</param>
public sealed record OutputColumn(string Name, ColumnKind Kind, bool Nullable = false, IReadOnlyList<OutputColumn>? Fields = null)
{
    /// <summary>The items of a <see cref="ColumnKind.ListString"/>.</summary>
    public static OutputColumn Element { get; } = new("element", ColumnKind.String);

    /// <summary>A kept column: its own type, nulls allowed.</summary>
    public static OutputColumn Of(KeptColumn column) => new(column.Name, KindOf(column.Type), Nullable: true);

    public static ColumnKind KindOf(ColumnType type) =>
        type switch
        {
            ColumnType.String => ColumnKind.String,
            ColumnType.Int64 => ColumnKind.Int64,
            ColumnType.Double => ColumnKind.Double,
            ColumnType.Bool => ColumnKind.Bool,
            ColumnType.Timestamp => ColumnKind.Timestamp,
            ColumnType.Date => ColumnKind.Date,
            ColumnType.Binary => ColumnKind.Binary,
        };
}
