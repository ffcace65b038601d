using Apache.Arrow;
using Apache.Arrow.Types;
using ProcessingJob.Contract.Columns;
using TimeUnit = ProcessingJob.Contract.Columns.TimeUnit;

namespace ProcessingJob.Data.Columns;

/// <summary>Column types and Arrow's.</summary>
static class ArrowTypes
{
    const string ExtensionName = "ARROW:extension:name",
        UuidName = "arrow.uuid",
        JsonName = "arrow.json";

    /// <returns>Null for types that no column can have, such as unions.</returns>
    public static ColumnType? Of(Field field)
    {
        var extension = field.Metadata is { } m && m.TryGetValue(ExtensionName, out var name) ? name : null;
        var type = Of(field.DataType);
        return (extension, type?.Kind) switch
        {
            (UuidName, TypeKind.FixedSizeBinary) when type!.Size == 16 => new(TypeKind.Uuid),
            (JsonName, TypeKind.String or TypeKind.LargeString) => ColumnType.Json,
            _ => type,
        };
    }

    /// <summary>The field that is written for a column.</summary>
    public static Field FieldOf(string name, ColumnType type, bool nullable) =>
        type.Kind switch
        {
            TypeKind.Uuid => new(name, ArrowOf(type), nullable, Extension(UuidName)),
            TypeKind.Json => new(name, ArrowOf(type), nullable, Extension(JsonName)),
            _ => new(name, ArrowOf(type), nullable),
        };

    public static IArrowType ArrowOf(ColumnType type) =>
        type.Kind switch
        {
            TypeKind.Null => NullType.Default,
            TypeKind.Bool => BooleanType.Default,
            TypeKind.Int8 => Int8Type.Default,
            TypeKind.Int16 => Int16Type.Default,
            TypeKind.Int32 => Int32Type.Default,
            TypeKind.Int64 => Int64Type.Default,
            TypeKind.UInt8 => UInt8Type.Default,
            TypeKind.UInt16 => UInt16Type.Default,
            TypeKind.UInt32 => UInt32Type.Default,
            TypeKind.UInt64 => UInt64Type.Default,
            TypeKind.Float16 => HalfFloatType.Default,
            TypeKind.Float32 => FloatType.Default,
            TypeKind.Float64 => DoubleType.Default,
            TypeKind.String or TypeKind.Json => StringType.Default,
            TypeKind.LargeString => LargeStringType.Default,
            TypeKind.Binary => BinaryType.Default,
            TypeKind.LargeBinary => LargeBinaryType.Default,
            TypeKind.FixedSizeBinary => new FixedSizeBinaryType(type.Size),
            TypeKind.Uuid => new FixedSizeBinaryType(16),
            TypeKind.Date32 => Date32Type.Default,
            TypeKind.Date64 => Date64Type.Default,
            TypeKind.Time32 => new Time32Type(UnitOf(type.Unit)),
            TypeKind.Time64 => new Time64Type(UnitOf(type.Unit)),
            TypeKind.Timestamp => new TimestampType(UnitOf(type.Unit), type.Zone),
            TypeKind.Duration => type.Unit switch
            {
                TimeUnit.S => DurationType.Second,
                TimeUnit.Ms => DurationType.Millisecond,
                TimeUnit.Us => DurationType.Microsecond,
                TimeUnit.Ns => DurationType.Nanosecond,
            },
            TypeKind.Decimal128 => new Decimal128Type(type.Precision, type.Scale),
            TypeKind.Decimal256 => new Decimal256Type(type.Precision, type.Scale),
            TypeKind.List => new ListType(FieldOf(type.Fields[0])),
            TypeKind.LargeList => new LargeListType(FieldOf(type.Fields[0])),
            TypeKind.FixedSizeList => new FixedSizeListType(FieldOf(type.Fields[0]), type.Size),
            TypeKind.Struct => new StructType([.. type.Fields.Select(FieldOf)]),
            TypeKind.Map => new MapType(FieldOf(type.Fields[0]), FieldOf(type.Fields[1])),
        };

    static Field FieldOf(TypeField field) => FieldOf(field.Name, field.Type, field.Nullable);

    static Dictionary<string, string> Extension(string name) => new() { [ExtensionName] = name, ["ARROW:extension:metadata"] = "" };

    static ColumnType? Of(IArrowType type) =>
        type switch
        {
            NullType => new(TypeKind.Null),
            BooleanType => ColumnType.Bool,
            Int8Type => new(TypeKind.Int8),
            Int16Type => new(TypeKind.Int16),
            Int32Type => new(TypeKind.Int32),
            Int64Type => ColumnType.Int64,
            UInt8Type => new(TypeKind.UInt8),
            UInt16Type => new(TypeKind.UInt16),
            UInt32Type => new(TypeKind.UInt32),
            UInt64Type => new(TypeKind.UInt64),
            HalfFloatType => new(TypeKind.Float16),
            FloatType => new(TypeKind.Float32),
            DoubleType => ColumnType.Double,
            StringType or StringViewType => ColumnType.String,
            LargeStringType => new(TypeKind.LargeString),
            BinaryType or BinaryViewType => ColumnType.Binary,
            LargeBinaryType => new(TypeKind.LargeBinary),
            Decimal128Type t => new(TypeKind.Decimal128) { Precision = t.Precision, Scale = t.Scale },
            Decimal256Type t => new(TypeKind.Decimal256) { Precision = t.Precision, Scale = t.Scale },
            FixedSizeBinaryType t => new(TypeKind.FixedSizeBinary) { Size = t.ByteWidth },
            Date32Type => ColumnType.Date,
            Date64Type => new(TypeKind.Date64),
            Time32Type t => new(TypeKind.Time32) { Unit = UnitOf(t.Unit) },
            Time64Type t => new(TypeKind.Time64) { Unit = UnitOf(t.Unit) },
            TimestampType t => new(TypeKind.Timestamp)
            {
                Unit = UnitOf(t.Unit),
                Zone = string.IsNullOrEmpty(t.Timezone) ? null : t.Timezone,
            },
            DurationType t => new(TypeKind.Duration) { Unit = UnitOf(t.Unit) },
            // The values themselves are kept; that a column is a dictionary is how it was held in memory.
            DictionaryType t => Of(t.ValueType),
            ListType t => Nested(TypeKind.List, [t.ValueField]),
            LargeListType t => Nested(TypeKind.LargeList, [t.ValueField]),
            FixedSizeListType t => Nested(TypeKind.FixedSizeList, [t.ValueField]) is { } nested ? nested with { Size = t.ListSize } : null,
            MapType t => Nested(TypeKind.Map, [t.KeyField, t.ValueField]),
            StructType t => Nested(TypeKind.Struct, t.Fields),
            _ => null,
        };

    static ColumnType? Nested(TypeKind kind, IReadOnlyList<Field> fields)
    {
        var types = fields.Select(Of).ToList();
        // A struct without fields has no place in a Parquet file.
        return types.Count == 0 || types.Contains(null)
            ? null
            : new(kind) { Fields = [.. fields.Zip(types, (f, t) => new TypeField(f.Name, t!, f.IsNullable))] };
    }

    static TimeUnit UnitOf(Apache.Arrow.Types.TimeUnit unit) =>
        unit switch
        {
            Apache.Arrow.Types.TimeUnit.Second => TimeUnit.S,
            Apache.Arrow.Types.TimeUnit.Millisecond => TimeUnit.Ms,
            Apache.Arrow.Types.TimeUnit.Microsecond => TimeUnit.Us,
            _ => TimeUnit.Ns,
        };

    static Apache.Arrow.Types.TimeUnit UnitOf(TimeUnit unit) =>
        unit switch
        {
            TimeUnit.S => Apache.Arrow.Types.TimeUnit.Second,
            TimeUnit.Ms => Apache.Arrow.Types.TimeUnit.Millisecond,
            TimeUnit.Us => Apache.Arrow.Types.TimeUnit.Microsecond,
            TimeUnit.Ns => Apache.Arrow.Types.TimeUnit.Nanosecond,
        };
}
