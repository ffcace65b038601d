using System.Buffers;
using System.Globalization;
using System.Text;
using Parquet;
using ProcessingJob.Contract;

namespace ProcessingJob.Data;

/// <summary>The values of one column in one row group, gone through row by row.</summary>
internal abstract class ParquetChunk : IDisposable
{
    private int[]? _levels;
    private int _present, _row = -1, _next;

    /// <summary>Index of the current row's value; -1 for null.</summary>
    protected int Current { get; private set; } = -1;

    public bool IsNull => Current < 0;

    /// <summary>Goes to the next row.</summary>
    public void Advance()
    {
        _row++;
        Current = _levels is null || _levels[_row] == _present ? _next++ : -1;
    }

    /// <summary>Adds the value's characters to the row under construction.</summary>
    /// <returns>Null, or why the record is rejected.</returns>
    public virtual string? AddText(StringColumn into) => RejectReason.TypeMismatch;

    /// <summary>Appends the value as a row of a column of that type.</summary>
    /// <returns>Null, or why the record is rejected.</returns>
    public string? Append(ColumnType type, Column into)
    {
        if (!IsNull)
            return AppendValue(type, into);
        into.AppendNull();
        return null;
    }

    public virtual void Dispose()
    {
        if (_levels is not null)
            ArrayPool<int>.Shared.Return(_levels);
        _levels = null;
    }

    protected abstract string? AppendValue(ColumnType type, Column into);

    public static async Task<ParquetChunk> ReadAsync(ParquetRowGroupReader group, ParquetColumn column, CancellationToken cancellation)
    {
        var type = column.Field.ClrType;
        return column.Native switch
        {
            ColumnType.Binary => await Load<ReadOnlyMemory<byte>>(v => new BytesChunk(v)),
            ColumnType.String when type == typeof(decimal) => await Load<decimal>(v => BytesChunk.Of(v, d => d.ToString(CultureInfo.InvariantCulture))),
            ColumnType.String when type == typeof(Guid) => await Load<Guid>(v => BytesChunk.Of(v, g => g.ToString())),
            ColumnType.String => await Load<ReadOnlyMemory<byte>>(v => new BytesChunk(v)),
            ColumnType.Bool => await Load<bool>(v => new NumberChunk<bool>(v, column.Native, x => x ? 1 : 0)),
            ColumnType.Double when type == typeof(float) => await Load<float>(v => new NumberChunk<float>(v, column.Native, toDouble: x => x)),
            ColumnType.Double => await Load<double>(v => new NumberChunk<double>(v, column.Native, toDouble: x => x)),
            ColumnType.Date => await Load<DateTime>(v => new NumberChunk<DateTime>(v, column.Native, x => (x.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerDay)),
            ColumnType.Timestamp => await Load<DateTime>(v => new NumberChunk<DateTime>(v, column.Native, x => (x.Ticks - DateTime.UnixEpoch.Ticks) / 10)),
            _ when type == typeof(long) => await Load<long>(v => new NumberChunk<long>(v, column.Native, x => x)),
            _ when type == typeof(ulong) => await Load<ulong>(v => new NumberChunk<ulong>(v, column.Native, x => x <= long.MaxValue ? (long)x : null)),
            _ when type == typeof(int) => await Load<int>(v => new NumberChunk<int>(v, column.Native, x => x)),
            _ when type == typeof(uint) => await Load<uint>(v => new NumberChunk<uint>(v, column.Native, x => x)),
            _ when type == typeof(short) => await Load<short>(v => new NumberChunk<short>(v, column.Native, x => x)),
            _ when type == typeof(ushort) => await Load<ushort>(v => new NumberChunk<ushort>(v, column.Native, x => x)),
            _ when type == typeof(sbyte) => await Load<sbyte>(v => new NumberChunk<sbyte>(v, column.Native, x => x)),
            _ => await Load<byte>(v => new NumberChunk<byte>(v, column.Native, x => x)),
        };

        async Task<ParquetChunk> Load<T>(Func<T[], ParquetChunk> create) where T : struct
        {
            var rows = checked((int)group.RowCount);
            var values = ArrayPool<T>.Shared.Rent(rows);
            var chunk = create(values);
            chunk._present = column.Field.MaxDefinitionLevel;
            if (chunk._present > 0)
                chunk._levels = ArrayPool<int>.Shared.Rent(rows);
            await group.ReadRawAsync<T>(column.Field, values.AsMemory(0, rows), chunk._levels?.AsMemory(0, rows), null, cancellation);
            return chunk;
        }
    }

    private sealed class NumberChunk<T>(T[] values, ColumnType native, Func<T, long?>? toLong = null, Func<T, double>? toDouble = null) : ParquetChunk where T : struct
    {
        public override void Dispose()
        {
            base.Dispose();
            ArrayPool<T>.Shared.Return(values);
        }

        protected override string? AppendValue(ColumnType type, Column into)
        {
            var value = values[Current];
            switch (into)
            {
                case StringColumn text:
                    text.Append(Show(value));
                    return null;
                case ValueColumn<long> column when type == native && toLong!(value) is { } number:
                    column.Append(number);
                    return null;
                case ValueColumn<int> column when type == native && toLong!(value) is { } days:
                    column.Append((int)days);
                    return null;
                case ValueColumn<bool> column when type == native:
                    column.Append(toLong!(value) != 0);
                    return null;
                case ValueColumn<double> column when toDouble is not null:
                    column.Append(toDouble(value));
                    return null;
                case ValueColumn<double> column when native == ColumnType.Int64 && toLong!(value) is { } number:
                    column.Append(number);
                    return null;
                default:
                    return RejectReason.TypeMismatch;
            }
        }

        private string Show(T value) => value switch
        {
            DateTime d => d.ToString(native == ColumnType.Date ? "yyyy-MM-dd" : "yyyy-MM-ddTHH:mm:ss.FFFFFF"),
            bool b => b ? "true" : "false",
            IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString() ?? "",
        };
    }

    private sealed class BytesChunk : ParquetChunk
    {
        private readonly ReadOnlyMemory<byte>[]? _values;
        private readonly Func<int, string>? _text;

        public BytesChunk(ReadOnlyMemory<byte>[] values) => _values = values;

        /// <summary>Values that are texts only for us.</summary>
        public static BytesChunk Of<T>(T[] values, Func<T, string> show) => new(i => show(values[i]));

        private BytesChunk(Func<int, string> text) => _text = text;

        public override void Dispose()
        {
            base.Dispose();
            if (_values is not null)
                ArrayPool<ReadOnlyMemory<byte>>.Shared.Return(_values, clearArray: true);
        }

        public override string? AddText(StringColumn into) =>
            SlotDecoder.TryDecode(Bytes, SlotKind.Text, into) ? null : RejectReason.BadEncoding;

        protected override string? AppendValue(ColumnType type, Column into)
        {
            if (into is BinaryColumn binary && _values is not null)
            {
                binary.Append(Bytes);
                return null;
            }
            if (into is not StringColumn text)
                return RejectReason.TypeMismatch;
            if (AddText(text) is { } reason)
                return reason;
            text.EndRow();
            return null;
        }

        private ReadOnlySpan<byte> Bytes => _values is not null ? _values[Current].Span : Encoding.UTF8.GetBytes(_text!(Current));
    }
}
