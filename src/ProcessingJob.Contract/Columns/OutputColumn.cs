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

    /// <summary>As <see cref="OutputColumn.Type"/> says: a kept column of a type that the others do not name.</summary>
    Typed,
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

    /// <summary>Of a <see cref="ColumnKind.Typed"/>.</summary>
    public ColumnType? Type { get; init; }

    /// <summary>Items of every row's list; null: lists may have any length.</summary>
    public int? Width { get; init; }

    /// <summary>The type of its values; null for lists.</summary>
    public ColumnType? Scalar =>
        Kind switch
        {
            ColumnKind.Typed => Type,
            ColumnKind.String => ColumnType.String,
            ColumnKind.Int64 => ColumnType.Int64,
            ColumnKind.Int32 => new(TypeKind.Int32),
            ColumnKind.Double => ColumnType.Double,
            ColumnKind.Float => new(TypeKind.Float32),
            ColumnKind.Bool => ColumnType.Bool,
            ColumnKind.Timestamp => ColumnType.Timestamp,
            ColumnKind.Date => ColumnType.Date,
            ColumnKind.Binary => ColumnType.Binary,
            ColumnKind.ListFloat
            or ColumnKind.ListFloat16
            or ColumnKind.ListInt32
            or ColumnKind.ListInt8
            or ColumnKind.ListUInt8
            or ColumnKind.ListStruct
            or ColumnKind.ListString => null,
        };

    /// <summary>What its values are, for commit records and messages.</summary>
    public string TypeName => Type?.ToString() ?? $"{Names.Of(Kind)}{(Width is { } width ? $"[{width}]" : "")}";

    /// <summary>A kept column: its own type, nulls allowed.</summary>
    public static OutputColumn Of(KeptColumn column) =>
        KindOf(column.Type) is var kind && kind == ColumnKind.Typed
            ? new(column.Name, kind, Nullable: true) { Type = column.Type }
            : new(column.Name, kind, Nullable: true);

    static ColumnKind KindOf(ColumnType type) =>
        type.Kind switch
        {
            TypeKind.String => ColumnKind.String,
            TypeKind.Int64 => ColumnKind.Int64,
            TypeKind.Int32 => ColumnKind.Int32,
            TypeKind.Float64 => ColumnKind.Double,
            TypeKind.Float32 => ColumnKind.Float,
            TypeKind.Bool => ColumnKind.Bool,
            TypeKind.Timestamp when type == ColumnType.Timestamp => ColumnKind.Timestamp,
            TypeKind.Date32 => ColumnKind.Date,
            TypeKind.Binary => ColumnKind.Binary,
            _ => ColumnKind.Typed,
        };
}
