using System.Buffers;
using System.Globalization;
using System.Text;
using Parquet;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Output;
using ProcessingJob.Data.Columns;

namespace ProcessingJob.Data.Reading;

/// <summary>The values of one column in one row group, gone through row by row.</summary>
abstract class ParquetChunk : IDisposable
{
    int[]? _levels;
    int _present,
        _row = -1,
        _next;

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
        {
            return AppendValue(type, into);
        }

        into.AppendNull();
        return null;
    }

    public virtual void Dispose()
    {
        if (_levels is not null)
        {
            ArrayPool<int>.Shared.Return(_levels);
        }

        _levels = null;
    }

    protected abstract string? AppendValue(ColumnType type, Column into);

    /// <summary>Appends the value's text as a row.</summary>
    protected string? AppendText(Column into)
    {
        if (into is not StringColumn text)
        {
            return RejectReason.TypeMismatch;
        }

        if (AddText(text) is { } reason)
        {
            return reason;
        }

        text.EndRow();
        return null;
    }

    public static async Task<ParquetChunk> ReadAsync(ParquetRowGroupReader group, ParquetColumn column, CancellationToken cancellationToken)
    {
        var (meaning, native) = (column.Meaning, column.Native);
        return column.Field.ClrType switch
        {
            var t when t == typeof(ReadOnlyMemory<byte>) => await Load<ReadOnlyMemory<byte>>(v => new BytesChunk(v, meaning))
                .ConfigureAwait(false),
            var t when t == typeof(bool) => await Load<bool>(v => new NumberChunk<bool>(v, native, toLong: x => x ? 1 : 0))
                .ConfigureAwait(false),
            var t when t == typeof(float) => await Load<float>(v => new NumberChunk<float>(v, native, toDouble: x => x))
                .ConfigureAwait(false),
            var t when t == typeof(double) => await Load<double>(v => new NumberChunk<double>(v, native, toDouble: x => x))
                .ConfigureAwait(false),
            var t when t == typeof(DateTime) => await Load<DateTime>(v => new NumberChunk<DateTime>(
                    v,
                    native,
                    toLong: x => (x.Ticks - DateTime.UnixEpoch.Ticks) / 10
                ))
                .ConfigureAwait(false),
            var t when t == typeof(int) && meaning.Kind == ParquetMeaningKind.Decimal => await Load<int>(v => new DecimalChunk<int>(
                    v,
                    meaning,
                    x => x
                ))
                .ConfigureAwait(false),
            var t when t == typeof(int) && meaning.Kind == ParquetMeaningKind.Unsigned => await Load<int>(v => new NumberChunk<int>(
                    v,
                    native,
                    toLong: x => (uint)x
                ))
                .ConfigureAwait(false),
            var t when t == typeof(int) => await Load<int>(v => new NumberChunk<int>(v, native, toLong: x => meaning.ToLong(x)))
                .ConfigureAwait(false),
            _ when meaning.Kind == ParquetMeaningKind.Decimal => await Load<long>(v => new DecimalChunk<long>(v, meaning, x => x))
                .ConfigureAwait(false),
            _ => await Load<long>(v => new NumberChunk<long>(v, native, toLong: x => meaning.ToLong(x))).ConfigureAwait(false),
        };

        async Task<ParquetChunk> Load<T>(Func<T[], ParquetChunk> create)
            where T : struct
        {
            var rows = checked((int)group.RowCount);
            var values = ArrayPool<T>.Shared.Rent(rows);
            var chunk = create(values);
            chunk._present = column.Field.MaxDefinitionLevel;
            if (chunk._present > 0)
            {
                chunk._levels = ArrayPool<int>.Shared.Rent(rows);
            }

            try
            {
                await group
                    .ReadRawAsync<T>(column.Field, values.AsMemory(0, rows), chunk._levels?.AsMemory(0, rows), null, cancellationToken)
                    .ConfigureAwait(false);
                return chunk;
            }
            catch
            {
                chunk.Dispose();
                throw;
            }
        }
    }

    sealed class NumberChunk<T>(T[] values, ColumnType native, Func<T, long?>? toLong = null, Func<T, double>? toDouble = null)
        : ParquetChunk
        where T : struct
    {
        public override void Dispose()
        {
            base.Dispose();
            ArrayPool<T>.Shared.Return(values);
        }

        protected override string? AppendValue(ColumnType type, Column into)
        {
            var value = values[Current];
            if (toDouble is not null)
            {
                return AppendDouble(toDouble(value), value, into);
            }

            if (toLong!(value) is not { } number)
            {
                return RejectReason.TypeMismatch;
            }

            switch (into)
            {
                case StringColumn text:
                    text.Append(Show(number));
                    return null;
                case ValueColumn<long> column when type == native:
                    column.Append(number);
                    return null;
                case ValueColumn<int> column when type == native:
                    column.Append((int)number);
                    return null;
                case ValueColumn<bool> column when type == native:
                    column.Append(number != 0);
                    return null;
                case ValueColumn<double> column when native == ColumnType.Int64:
                    column.Append(number);
                    return null;
                default:
                    return RejectReason.TypeMismatch;
            }
        }

        static string? AppendDouble(double number, T value, Column into)
        {
            switch (into)
            {
                case StringColumn text:
                    // A float's own digits, not those of the double it becomes.
                    text.Append(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture));
                    return null;
                case ValueColumn<double> column:
                    column.Append(number);
                    return null;
                default:
                    return RejectReason.TypeMismatch;
            }
        }

        string Show(long number) =>
            native switch
            {
                ColumnType.Date => DateTime.UnixEpoch.AddDays(number).ToString("yyyy-MM-dd"),
                ColumnType.Timestamp => DateTime.UnixEpoch.AddTicks(10 * number).ToString("yyyy-MM-ddTHH:mm:ss.FFFFFF"),
                ColumnType.Bool => number != 0 ? "true" : "false",
                ColumnType.String or ColumnType.Int64 or ColumnType.Double or ColumnType.Binary => number.ToString(
                    CultureInfo.InvariantCulture
                ),
            };
    }

    sealed class DecimalChunk<T>(T[] values, ParquetMeaning meaning, Func<T, long> toLong) : ParquetChunk
        where T : struct
    {
        public override void Dispose()
        {
            base.Dispose();
            ArrayPool<T>.Shared.Return(values);
        }

        public override string? AddText(StringColumn into)
        {
            var digits = meaning.ToDecimal(toLong(values[Current]));
            digits.CopyTo(into.Reserve(digits.Length));
            into.Advance(digits.Length);
            return null;
        }

        protected override string? AppendValue(ColumnType type, Column into) => AppendText(into);
    }

    sealed class BytesChunk(ReadOnlyMemory<byte>[] values, ParquetMeaning meaning) : ParquetChunk
    {
        public override void Dispose()
        {
            base.Dispose();
            ArrayPool<ReadOnlyMemory<byte>>.Shared.Return(values, clearArray: true);
        }

        public override string? AddText(StringColumn into)
        {
            var value = values[Current].Span;
            var bytes = meaning.Kind is ParquetMeaningKind.Uuid or ParquetMeaningKind.Decimal
                ? Encoding.ASCII.GetBytes(meaning.ToText(value))
                : value;
            return SlotDecoder.TryDecode(bytes, SlotKind.Text, into) ? null : RejectReason.BadEncoding;
        }

        protected override string? AppendValue(ColumnType type, Column into)
        {
            if (into is not BinaryColumn binary)
            {
                return AppendText(into);
            }

            if (meaning.Kind is not (ParquetMeaningKind.Plain or ParquetMeaningKind.Text))
            {
                return RejectReason.TypeMismatch;
            }

            binary.Append(values[Current].Span);
            return null;
        }
    }
}
