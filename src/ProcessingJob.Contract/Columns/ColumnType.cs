using System.Text.Json;
using System.Text.Json.Serialization;
using ProcessingJob.Contract.Values;

namespace ProcessingJob.Contract.Columns;

/// <summary>The types that a column can have: those of Arrow that Parquet files hold.</summary>
public enum TypeKind
{
    /// <summary>A column without any value.</summary>
    Null,
    Bool,
    Int8,
    Int16,
    Int32,
    Int64,
    UInt8,
    UInt16,
    UInt32,
    UInt64,
    Float16,
    Float32,
    Float64,
    String,

    /// <summary>A string that Arrow addresses by 64 bits; like <see cref="String"/> otherwise.</summary>
    LargeString,
    Binary,
    LargeBinary,
    FixedSizeBinary,
    Uuid,
    Json,

    /// <summary>Days since 1970-01-01.</summary>
    Date32,

    /// <summary>Milliseconds since 1970-01-01, whole days.</summary>
    Date64,
    Time32,
    Time64,
    Timestamp,
    Duration,
    Decimal128,
    Decimal256,
    List,
    LargeList,
    FixedSizeList,
    Struct,
    Map,
}

/// <summary>Units of times, timestamps and durations.</summary>
public enum TimeUnit
{
    S,
    Ms,
    Us,
    Ns,
}

/// <summary>A field of a struct, the item of a list, or the key and the value of a map.</summary>
public sealed record TypeField(string Name, ColumnType Type, bool Nullable = true);

/// <summary>
/// The type of a column. Its text is that of pyarrow: <c>int64</c>, <c>timestamp[us, tz=UTC]</c>, <c>decimal128(9, 2)</c>,
/// <c>list&lt;element: string&gt;</c>, <c>struct&lt;a: int32 not null, b: string&gt;</c>, <c>map&lt;string, int32&gt;</c>.
/// </summary>
[JsonConverter(typeof(JsonText))]
public sealed record ColumnType(TypeKind Kind)
{
    public static ColumnType String { get; } = new(TypeKind.String);
    public static ColumnType Int64 { get; } = new(TypeKind.Int64);
    public static ColumnType Double { get; } = new(TypeKind.Float64);
    public static ColumnType Bool { get; } = new(TypeKind.Bool);
    public static ColumnType Date { get; } = new(TypeKind.Date32);
    public static ColumnType Binary { get; } = new(TypeKind.Binary);
    public static ColumnType Json { get; } = new(TypeKind.Json);

    /// <summary>Microseconds, UTC.</summary>
    public static ColumnType Timestamp { get; } = new(TypeKind.Timestamp) { Unit = TimeUnit.Us, Zone = "UTC" };

    public TimeUnit Unit { get; init; }

    /// <summary>Of a timestamp: null is a wall clock's time, which no zone is known of.</summary>
    public string? Zone { get; init; }

    /// <summary>Digits of a decimal.</summary>
    public int Precision { get; init; }
    public int Scale { get; init; }

    /// <summary>Bytes of a fixed-size binary, items of a fixed-size list.</summary>
    public int Size { get; init; }

    /// <summary>Fields of a struct; the one item of a list; key and value of a map.</summary>
    public ValueList<TypeField> Fields { get; init; } = [];

    /// <summary>Whether its values are texts.</summary>
    public bool IsText => Kind is TypeKind.String or TypeKind.LargeString or TypeKind.Json;

    public bool IsInteger => Kind is >= TypeKind.Int8 and <= TypeKind.UInt64;

    public bool IsNested => Kind is TypeKind.List or TypeKind.LargeList or TypeKind.FixedSizeList or TypeKind.Struct or TypeKind.Map;

    public bool IsDecimal => Kind is TypeKind.Decimal128 or TypeKind.Decimal256;

    public override string ToString() =>
        Kind switch
        {
            TypeKind.FixedSizeBinary => $"fixed_size_binary[{Size}]",
            TypeKind.Time32 or TypeKind.Time64 or TypeKind.Duration => $"{Names.Of(Kind)}[{Names.Of(Unit)}]",
            TypeKind.Timestamp => Zone is null ? $"timestamp[{Names.Of(Unit)}]" : $"timestamp[{Names.Of(Unit)}, tz={Zone}]",
            TypeKind.Decimal128 or TypeKind.Decimal256 => $"{NameOf(Kind)}({Precision}, {Scale})",
            TypeKind.List or TypeKind.LargeList => $"{NameOf(Kind)}<{Show(Fields[0])}>",
            TypeKind.FixedSizeList => $"{NameOf(Kind)}<{Show(Fields[0])}>[{Size}]",
            TypeKind.Struct or TypeKind.Map => $"{NameOf(Kind)}<{string.Join(", ", Fields.Select(Show))}>",
            _ => NameOf(Kind),
        };

    /// <exception cref="FormatException">The text names no type; the message says which word it does not know.</exception>
    public static ColumnType Parse(string text) => new TypeText(text).Read();

    internal static string NameOf(TypeKind kind) =>
        kind switch
        {
            TypeKind.UInt8 => "uint8",
            TypeKind.UInt16 => "uint16",
            TypeKind.UInt32 => "uint32",
            TypeKind.UInt64 => "uint64",
            TypeKind.Float64 => "double",
            TypeKind.Float32 => "float",
            TypeKind.Float16 => "float16",
            _ => Names.Of(kind),
        };

    static string Show(TypeField field) =>
        $"{(TypeText.IsPlain(field.Name) ? field.Name : JsonSerializer.Serialize(field.Name))}: "
        + $"{field.Type}{(field.Nullable ? "" : " not null")}";

    internal sealed class JsonText : JsonConverter<ColumnType>
    {
        public override ColumnType Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            try
            {
                return Parse(reader.GetString() ?? "");
            }
            catch (FormatException e)
            {
                throw new JsonException(e.Message);
            }
        }

        public override void Write(Utf8JsonWriter writer, ColumnType value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }
}
