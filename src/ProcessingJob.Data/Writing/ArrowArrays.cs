using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Types;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Data.Columns;
using Column = ProcessingJob.Data.Columns.Column;

namespace ProcessingJob.Data.Writing;

/// <summary>
/// Our columns as Arrow arrays. Values that Arrow lays out as we do are not copied: an array is valid as long as its column.
/// </summary>
static class ArrowArrays
{
    public static Field FieldOf(OutputColumn column) =>
        column.Kind switch
        {
            ColumnKind.ListFloat or ColumnKind.ListFloat16 => ListOf(column.Name, FloatType.Default, column.Width),
            ColumnKind.ListInt32 => ListOf(column.Name, Int32Type.Default, column.Width),
            ColumnKind.ListInt8 => ListOf(column.Name, Int8Type.Default, column.Width),
            ColumnKind.ListUInt8 => ListOf(column.Name, UInt8Type.Default, column.Width),
            ColumnKind.ListString => ListOf(column.Name, StringType.Default),
            ColumnKind.ListStruct => ListOf(column.Name, StructOf(column)),
            _ => ArrowTypes.FieldOf(column.Name, column.Scalar!, column.Nullable),
        };

    public static IArrowArray Of(OutputColumn type, Column column) => ArrowArrayFactory.BuildArray(DataOf(type, column));

    static ArrayData DataOf(OutputColumn type, Column column) =>
        column switch
        {
            ListColumn<float> c when type.Kind == ColumnKind.ListFloat16 => ListData(type, c, FloatType.Default, Rounded(c)),
            ListColumn<float> c => ListData(type, c, FloatType.Default, Shared(c.Items)),
            ListColumn<int> c => ListData(type, c, Int32Type.Default, Shared(c.Items)),
            ListColumn<sbyte> c => ListData(type, c, Int8Type.Default, Shared(c.Items)),
            ListColumn<byte> c => ListData(type, c, UInt8Type.Default, Shared(c.Items)),
            StructListColumn c when type.Kind == ColumnKind.ListString => StructListData(
                c,
                StringType.Default,
                DataOf(OutputColumn.Element, c.Fields[0])
            ),
            StructListColumn c => StructListData(
                c,
                StructOf(type),
                new(
                    StructOf(type),
                    c.Fields[0].Count,
                    0,
                    0,
                    [ArrowBuffer.Empty],
                    [.. c.Fields.Select((f, i) => DataOf(type.Fields![i], f))]
                )
            ),
            _ => DataOf(type.Scalar!, column),
        };

    static Field ListOf(string name, IArrowType item, int? width = null)
    {
        var element = new Field("element", item, nullable: false);
        return new(name, width is { } size ? new FixedSizeListType(element, size) : new ListType(element), nullable: false);
    }

    static StructType StructOf(OutputColumn column) => new([.. column.Fields!.Select(FieldOf)]);

    static ArrayData ListData<T>(OutputColumn type, ListColumn<T> column, IArrowType item, ArrowBuffer items)
        where T : unmanaged
    {
        if (type.Width is { } width && Enumerable.Range(0, column.Count).Any(row => column.Length(row) != width))
        {
            throw new PJobException($"column {type.Name} has a row that does not hold {width} numbers, which output.vector promises");
        }

        return new(
            ListOf("", item, type.Width).DataType,
            column.Count,
            0,
            0,
            type.Width is null ? [ArrowBuffer.Empty, Offsets(column.Ends)] : [ArrowBuffer.Empty],
            [new ArrayData(item, column.Items.Length, 0, 0, [ArrowBuffer.Empty, items])]
        );
    }

    static ArrayData StructListData(StructListColumn column, IArrowType item, ArrayData items) =>
        new(ListOf("", item).DataType, column.Count, 0, 0, [ArrowBuffer.Empty, Offsets(column.Ends)], [items]);

    static ArrayData DataOf(ColumnType type, Column column)
    {
        var arrow = ArrowTypes.ArrowOf(type);
        var valid = Validity(column);
        return column switch
        {
            _ when type.Kind == TypeKind.Null => new(arrow, column.Count, column.Count, 0, System.Array.Empty<ArrowBuffer>()),
            ValueColumn<bool> c => Flat(Bits(c.Count, row => c[row])),
            ValueColumn<sbyte> c => Flat(Shared(c.Memory)),
            ValueColumn<short> c => Flat(Shared(c.Memory)),
            ValueColumn<int> c => Flat(Shared(c.Memory)),
            ValueColumn<long> c => Flat(Shared(c.Memory)),
            ValueColumn<byte> c => Flat(Shared(c.Memory)),
            ValueColumn<ushort> c => Flat(Shared(c.Memory)),
            ValueColumn<uint> c => Flat(Shared(c.Memory)),
            ValueColumn<ulong> c => Flat(Shared(c.Memory)),
            ValueColumn<Half> c => Flat(Shared(c.Memory)),
            ValueColumn<float> c => Flat(Shared(c.Memory)),
            ValueColumn<double> c => Flat(Shared(c.Memory)),
            ValueColumn<Int128> c => Flat(Shared(c.Memory)),
            ValueColumn<Int256> c => Flat(Shared(c.Memory)),
            BinaryColumn c when type.Kind is TypeKind.FixedSizeBinary or TypeKind.Uuid => Flat(
                Padded(c, type.Kind == TypeKind.Uuid ? 16 : type.Size)
            ),
            BinaryColumn c => new(
                arrow,
                c.Count,
                c.NullCount,
                0,
                [valid, type.Kind == TypeKind.LargeBinary ? LongOffsets(c.Ends) : Offsets(c.Ends), Shared(c.Items)]
            ),
            StringColumn c => Texts(c, arrow, valid),
            StructColumn c => new(arrow, c.Count, c.NullCount, 0, [valid], [.. c.Fields.Select((f, i) => DataOf(type.Fields[i].Type, f))]),
            ItemsColumn c => Items(type, c, arrow, valid),
            _ => throw new NotSupportedException($"a {column.GetType().Name} as {type}"),
        };

        ArrayData Flat(ArrowBuffer values) => new(arrow, column.Count, column.NullCount, 0, [valid, values]);
    }

    static ArrayData Items(ColumnType type, ItemsColumn column, IArrowType arrow, ArrowBuffer valid)
    {
        var item =
            type.Kind == TypeKind.Map
                ? DataOf(new ColumnType(TypeKind.Struct) { Fields = type.Fields }, column.Items)
                : DataOf(type.Fields[0].Type, column.Items);
        return type.Kind switch
        {
            TypeKind.FixedSizeList => new(arrow, column.Count, column.NullCount, 0, [valid], [item]),
            TypeKind.LargeList => new(arrow, column.Count, column.NullCount, 0, [valid, LongOffsets(column.Ends)], [item]),
            _ => new(arrow, column.Count, column.NullCount, 0, [valid, Offsets(column.Ends)], [item]),
        };
    }

    static ArrayData Texts(StringColumn column, IArrowType arrow, ArrowBuffer valid)
    {
        var isLarge = arrow is LargeStringType;
        var offsets = new int[column.Count + 1];
        var ends = column.Ends;
        var chars = column.Items.Span;
        var bytes = new byte[Encoding.UTF8.GetByteCount(chars)];
        var (at, start) = (0, 0);
        for (var row = 0; row < column.Count; row++)
        {
            at += Encoding.UTF8.GetBytes(chars[start..ends[row]], bytes.AsSpan(at));
            start = ends[row];
            offsets[row + 1] = at;
        }

        return new(
            arrow,
            column.Count,
            column.NullCount,
            0,
            [valid, isLarge ? LongOffsets(offsets.AsSpan(1)) : Bytes(MemoryMarshal.AsBytes(offsets.AsSpan())), new ArrowBuffer(bytes)]
        );
    }

    /// <summary>Rounded to float16 in place: a block is written once and cleared.</summary>
    static ArrowBuffer Rounded(ListColumn<float> column)
    {
        Halves.Round(column.ItemsInPlace);
        return Shared(column.Items);
    }

    /// <summary>Values of one size; a null row, which holds none, gets zeros.</summary>
    static ArrowBuffer Padded(BinaryColumn column, int size)
    {
        var bytes = new byte[column.Count * size];
        for (var row = 0; row < column.Count; row++)
        {
            column[row].CopyTo(bytes.AsSpan(row * size, size));
        }

        return new(bytes);
    }

    static ArrowBuffer Validity(Column column) =>
        column.NullCount == 0 ? ArrowBuffer.Empty : Bits(column.Count, row => !column.IsNull(row));

    static ArrowBuffer Bits(int count, Func<int, bool> isSet)
    {
        var bits = new byte[(count + 7) / 8];
        for (var i = 0; i < count; i++)
        {
            if (isSet(i))
            {
                bits[i / 8] |= (byte)(1 << (i % 8));
            }
        }

        return new(bits);
    }

    static ArrowBuffer Offsets(ReadOnlySpan<int> ends)
    {
        var bytes = new byte[4 * (ends.Length + 1)];
        MemoryMarshal.AsBytes(ends).CopyTo(bytes.AsSpan(4));
        return new(bytes);
    }

    static ArrowBuffer LongOffsets(ReadOnlySpan<int> ends)
    {
        var offsets = new long[ends.Length + 1];
        for (var i = 0; i < ends.Length; i++)
        {
            offsets[i + 1] = ends[i];
        }

        return Bytes(MemoryMarshal.AsBytes(offsets.AsSpan()));
    }

    static ArrowBuffer Bytes(ReadOnlySpan<byte> bytes) => new(bytes.ToArray());

    static ArrowBuffer Shared<T>(ReadOnlyMemory<T> values)
        where T : unmanaged => new(new ByteMemory<T>(MemoryMarshal.AsMemory(values)).Memory);

    /// <summary>Memory of any values as bytes.</summary>
    sealed class ByteMemory<T>(Memory<T> values) : MemoryManager<byte>
        where T : unmanaged
    {
        public override Span<byte> GetSpan() => MemoryMarshal.AsBytes(values.Span);

        public override MemoryHandle Pin(int elementIndex = 0) => values[(elementIndex / Unsafe.SizeOf<T>())..].Pin();

        // Each handle unpins itself.
        public override void Unpin() { }

        protected override void Dispose(bool disposing) { }
    }
}
