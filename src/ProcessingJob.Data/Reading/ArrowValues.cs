using System.Runtime.InteropServices;
using Apache.Arrow;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Output;
using ProcessingJob.Data.Columns;
using Column = ProcessingJob.Data.Columns.Column;

namespace ProcessingJob.Data.Reading;

/// <summary>The values of an Arrow array, appended row by row to a column. Valid as long as the array is.</summary>
abstract class ArrowValues(ArrayData data)
{
    readonly bool _hasNulls = data.NullCount != 0 && data.Buffers.Length > 0 && !data.Buffers[0].IsEmpty;

    /// <param name="type">Of the array.</param>
    /// <param name="data">The array.</param>
    public static ArrowValues Of(ColumnType type, ArrayData data)
    {
        if (data.DataType is Apache.Arrow.Types.DictionaryType)
        {
            return new DictionaryValues(data, Of(type, data.Dictionary));
        }

        return type.Kind switch
        {
            TypeKind.Null => new NoValues(data),
            TypeKind.Bool => new BoolValues(data),
            TypeKind.Int8 => new FixedValues<sbyte>(data),
            TypeKind.Int16 => new FixedValues<short>(data),
            TypeKind.Int32 or TypeKind.Date32 or TypeKind.Time32 => new FixedValues<int>(data),
            TypeKind.Int64 or TypeKind.Date64 or TypeKind.Time64 or TypeKind.Timestamp or TypeKind.Duration => new FixedValues<long>(data),
            TypeKind.UInt8 => new FixedValues<byte>(data),
            TypeKind.UInt16 => new FixedValues<ushort>(data),
            TypeKind.UInt32 => new FixedValues<uint>(data),
            TypeKind.UInt64 => new FixedValues<ulong>(data),
            TypeKind.Float16 => new FixedValues<Half>(data),
            TypeKind.Float32 => new FixedValues<float>(data),
            TypeKind.Float64 => new FixedValues<double>(data),
            TypeKind.Decimal128 => new FixedValues<Int128>(data),
            TypeKind.Decimal256 => new FixedValues<Int256>(data),
            TypeKind.String
            or TypeKind.Json
            or TypeKind.Binary when data.DataType is Apache.Arrow.Types.StringViewType or Apache.Arrow.Types.BinaryViewType =>
                new ViewValues(data),
            TypeKind.String or TypeKind.Json when data.DataType is not Apache.Arrow.Types.LargeStringType => new TextValues<int>(data),
            TypeKind.String or TypeKind.Json or TypeKind.LargeString => new TextValues<long>(data),
            TypeKind.Binary => new BytesValues<int>(data),
            TypeKind.LargeBinary => new BytesValues<long>(data),
            TypeKind.FixedSizeBinary => new FixedBytesValues(data, type.Size),
            TypeKind.Uuid => new FixedBytesValues(data, 16),
            TypeKind.List => new ListValues<int>(data, Of(type.Fields[0].Type, data.Children[0])),
            TypeKind.LargeList => new ListValues<long>(data, Of(type.Fields[0].Type, data.Children[0])),
            TypeKind.FixedSizeList => new FixedListValues(data, Of(type.Fields[0].Type, data.Children[0]), type.Size),
            TypeKind.Map => new ListValues<int>(data, StructOf(type, data.Children[0])),
            TypeKind.Struct => StructOf(type, data),
        };
    }

    public virtual bool IsNull(int row) => _hasNulls && !BitUtility.GetBit(data.Buffers[0].Span, data.Offset + row);

    /// <summary>Adds the value's characters to the row under construction.</summary>
    /// <returns>Null, or why the record is rejected.</returns>
    public virtual string? AddText(int row, StringColumn into) => RejectReason.TypeMismatch;

    /// <summary>Appends the value, or null, as a row of a column of the array's own type.</summary>
    /// <returns>Null, or why the record is rejected.</returns>
    public string? Append(int row, Column into)
    {
        if (!IsNull(row))
        {
            return AppendValue(row, into);
        }

        into.AppendNull();
        return null;
    }

    protected ReadOnlySpan<T> Values<T>()
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(data.Buffers[1].Span)[data.Offset..];

    protected abstract string? AppendValue(int row, Column into);

    static StructValues StructOf(ColumnType type, ArrayData data) =>
        new(data, [.. type.Fields.Select((f, i) => Of(f.Type, data.Children[i]))]);

    sealed class NoValues(ArrayData data) : ArrowValues(data)
    {
        public override bool IsNull(int row) => true;

        protected override string? AppendValue(int row, Column into) => throw new InvalidOperationException("a null has no value");
    }

    sealed class BoolValues(ArrayData data) : ArrowValues(data)
    {
        readonly ArrayData _data = data;

        protected override string? AppendValue(int row, Column into)
        {
            ((ValueColumn<bool>)into).Append(BitUtility.GetBit(_data.Buffers[1].Span, _data.Offset + row));
            return null;
        }
    }

    sealed class FixedValues<T>(ArrayData data) : ArrowValues(data)
        where T : unmanaged
    {
        protected override string? AppendValue(int row, Column into)
        {
            ((ValueColumn<T>)into).Append(Values<T>()[row]);
            return null;
        }
    }

    /// <summary>Runs of bytes, by 32-bit or 64-bit offsets.</summary>
    abstract class RunValues<TOffset>(ArrayData data) : ArrowValues(data)
        where TOffset : unmanaged
    {
        readonly ArrayData _data = data;

        protected ReadOnlySpan<byte> Bytes(int row)
        {
            var (start, end) = Range<TOffset>(this, row);
            return _data.Buffers[2].Span[start..end];
        }

        public override string? AddText(int row, StringColumn into) =>
            SlotDecoder.TryDecode(Bytes(row), SlotKind.Text, into) ? null : RejectReason.BadEncoding;
    }

    /// <summary>Texts and bytes by views: 16 bytes with the length, and the value itself or where it lies (Columnar.html, Variable-size
    /// Binary View Layout).</summary>
    sealed class ViewValues(ArrayData data) : ArrowValues(data)
    {
        const int ViewBytes = 16,
            Inline = 12;
        readonly ArrayData _data = data;

        public override string? AddText(int row, StringColumn into) =>
            SlotDecoder.TryDecode(Bytes(row), SlotKind.Text, into) ? null : RejectReason.BadEncoding;

        protected override string? AppendValue(int row, Column into)
        {
            if (into is BinaryColumn bytes)
            {
                bytes.Append(Bytes(row));
                return null;
            }

            var reason = AddText(row, (StringColumn)into);
            if (reason is null)
            {
                ((StringColumn)into).EndRow();
            }

            return reason;
        }

        ReadOnlySpan<byte> Bytes(int row)
        {
            var view = _data.Buffers[1].Span.Slice((_data.Offset + row) * ViewBytes, ViewBytes);
            var fields = MemoryMarshal.Cast<byte, int>(view);
            return fields[0] <= Inline ? view.Slice(4, fields[0]) : _data.Buffers[2 + fields[2]].Span.Slice(fields[3], fields[0]);
        }
    }

    sealed class TextValues<TOffset>(ArrayData data) : RunValues<TOffset>(data)
        where TOffset : unmanaged
    {
        protected override string? AppendValue(int row, Column into)
        {
            var text = (StringColumn)into;
            var reason = AddText(row, text);
            if (reason is null)
            {
                text.EndRow();
            }

            return reason;
        }
    }

    sealed class BytesValues<TOffset>(ArrayData data) : RunValues<TOffset>(data)
        where TOffset : unmanaged
    {
        protected override string? AppendValue(int row, Column into)
        {
            ((BinaryColumn)into).Append(Bytes(row));
            return null;
        }
    }

    sealed class FixedBytesValues(ArrayData data, int size) : ArrowValues(data)
    {
        readonly ArrayData _data = data;

        protected override string? AppendValue(int row, Column into)
        {
            ((BinaryColumn)into).Append(_data.Buffers[1].Span.Slice((_data.Offset + row) * size, size));
            return null;
        }
    }

    sealed class ListValues<TOffset>(ArrayData data, ArrowValues items) : ArrowValues(data)
        where TOffset : unmanaged
    {
        protected override string? AppendValue(int row, Column into)
        {
            var (start, end) = Range<TOffset>(this, row);
            return AppendItems(items, start, end, (ItemsColumn)into);
        }
    }

    sealed class FixedListValues(ArrayData data, ArrowValues items, int size) : ArrowValues(data)
    {
        readonly ArrayData _data = data;

        protected override string? AppendValue(int row, Column into)
        {
            var start = (_data.Offset + row) * size;
            return AppendItems(items, start, start + size, (ItemsColumn)into);
        }
    }

    sealed class StructValues(ArrayData data, ArrowValues[] fields) : ArrowValues(data)
    {
        readonly ArrayData _data = data;

        protected override string? AppendValue(int row, Column into)
        {
            var column = (StructColumn)into;
            for (var f = 0; f < fields.Length; f++)
            {
                if (fields[f].Append(_data.Offset + row, column.Fields[f]) is { } reason)
                {
                    return reason;
                }
            }

            column.EndRow();
            return null;
        }
    }

    /// <summary>Values behind indexes.</summary>
    sealed class DictionaryValues(ArrayData data, ArrowValues values) : ArrowValues(data)
    {
        readonly Apache.Arrow.Types.ArrowTypeId _index = ((Apache.Arrow.Types.DictionaryType)data.DataType).IndexType.TypeId;

        public override bool IsNull(int row) => base.IsNull(row) || values.IsNull(Index(row));

        public override string? AddText(int row, StringColumn into) => values.AddText(Index(row), into);

        protected override string? AppendValue(int row, Column into) => values.Append(Index(row), into);

        int Index(int row) =>
            _index switch
            {
                Apache.Arrow.Types.ArrowTypeId.Int8 => Values<sbyte>()[row],
                Apache.Arrow.Types.ArrowTypeId.UInt8 => Values<byte>()[row],
                Apache.Arrow.Types.ArrowTypeId.Int16 => Values<short>()[row],
                Apache.Arrow.Types.ArrowTypeId.UInt16 => Values<ushort>()[row],
                Apache.Arrow.Types.ArrowTypeId.Int64 or Apache.Arrow.Types.ArrowTypeId.UInt64 => checked((int)Values<long>()[row]),
                _ => Values<int>()[row],
            };
    }

    static string? AppendItems(ArrowValues items, int start, int end, ItemsColumn into)
    {
        for (var i = start; i < end; i++)
        {
            if (items.Append(i, into.Items) is { } reason)
            {
                return reason;
            }
        }

        into.EndRow();
        return null;
    }

    static (int Start, int End) Range<TOffset>(ArrowValues values, int row)
        where TOffset : unmanaged
    {
        if (typeof(TOffset) == typeof(long))
        {
            var wide = values.Values<long>();
            return (checked((int)wide[row]), checked((int)wide[row + 1]));
        }

        var offsets = values.Values<int>();
        return (offsets[row], offsets[row + 1]);
    }
}
