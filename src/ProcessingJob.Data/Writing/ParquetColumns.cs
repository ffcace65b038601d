using System.Buffers;
using Parquet;
using Parquet.Schema;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Data.Columns;

namespace ProcessingJob.Data.Writing;

/// <summary>Our columns as Parquet fields, with definition and repetition levels of our own making: no copy of a list's items.</summary>
static class ParquetColumns
{
    public static Field FieldOf(OutputColumn column) =>
        column.Kind switch
        {
            ColumnKind.ListFloat or ColumnKind.ListFloat16 => new ListField(column.Name, new DataField<float>(ListField.ElementName)),
            ColumnKind.ListInt32 => new ListField(column.Name, new DataField<int>(ListField.ElementName)),
            ColumnKind.ListInt8 => new ListField(column.Name, new DataField<sbyte>(ListField.ElementName)),
            ColumnKind.ListUInt8 => new ListField(column.Name, new DataField<byte>(ListField.ElementName)),
            ColumnKind.ListString => new ListField(column.Name, new DataField(ListField.ElementName, typeof(string), false)),
            ColumnKind.ListStruct => new ListField(
                column.Name,
                new StructField(ListField.ElementName, [.. column.Fields!.Select(FieldOf)])
            ),
            ColumnKind.String => new DataField(column.Name, typeof(string), column.Nullable),
            ColumnKind.Int64 => new DataField(column.Name, typeof(long), column.Nullable),
            ColumnKind.Int32 => new DataField(column.Name, typeof(int), column.Nullable),
            ColumnKind.Double => new DataField(column.Name, typeof(double), column.Nullable),
            ColumnKind.Float => new DataField(column.Name, typeof(float), column.Nullable),
            ColumnKind.Bool => new DataField(column.Name, typeof(bool), column.Nullable),
            ColumnKind.Timestamp => new DateTimeDataField(
                column.Name,
                DateTimeFormat.Timestamp,
                isAdjustedToUTC: true,
                unit: DateTimeTimeUnit.Micros,
                isNullable: column.Nullable
            ),
            ColumnKind.Date => new DateTimeDataField(column.Name, DateTimeFormat.Date, isNullable: column.Nullable),
            ColumnKind.Binary => new DataField(column.Name, typeof(byte[]), column.Nullable),
        };

    public static Task WriteAsync(
        ParquetRowGroupWriter group,
        Field field,
        OutputColumn type,
        Column column,
        CancellationToken cancellationToken
    ) =>
        column switch
        {
            ListColumn<float> c => WriteListAsync(group, (ListField)field, c, type.Kind == ColumnKind.ListFloat16, cancellationToken),
            ListColumn<int> c => WriteListAsync(group, (ListField)field, c, false, cancellationToken),
            ListColumn<sbyte> c => WriteListAsync(group, (ListField)field, c, false, cancellationToken),
            ListColumn<byte> c => WriteListAsync(group, (ListField)field, c, false, cancellationToken),
            StructListColumn c when type.Kind == ColumnKind.ListString => WriteStringsAsync(group, (ListField)field, c, cancellationToken),
            StructListColumn c => WriteStructsAsync(group, (ListField)field, type, c, cancellationToken),
            _ => WriteFlatAsync(group, (DataField)field, type.Kind, column, null, cancellationToken),
        };

    /// <summary>Definition levels (and, for the fields of list items, repetition levels) of a column that is not a list itself.</summary>
    sealed record Shape(int Rows, Func<int, int> Length, Func<int, int> Start, int EmptyLevel);

    static Task WriteFlatAsync(
        ParquetRowGroupWriter group,
        DataField field,
        ColumnKind kind,
        Column column,
        Shape? shape,
        CancellationToken cancellationToken
    ) =>
        column switch
        {
            StringColumn c => WriteAsync<StringColumn, ReadOnlyMemory<char>>(
                group,
                field,
                c,
                static (c, row) => c.Slice(row),
                shape,
                cancellationToken
            ),
            BinaryColumn c => WriteAsync<BinaryColumn, ReadOnlyMemory<byte>>(
                group,
                field,
                c,
                static (c, row) => c.Slice(row),
                shape,
                cancellationToken
            ),
            ValueColumn<long> c when kind == ColumnKind.Timestamp => WriteAsync<ValueColumn<long>, DateTime>(
                group,
                field,
                c,
                static (c, row) => DateTime.UnixEpoch.AddTicks(c[row] * 10),
                shape,
                cancellationToken
            ),
            ValueColumn<int> c when kind == ColumnKind.Date => WriteAsync<ValueColumn<int>, DateTime>(
                group,
                field,
                c,
                static (c, row) => DateTime.UnixEpoch.AddDays(c[row]),
                shape,
                cancellationToken
            ),
            ValueColumn<long> c => WriteAsync<ValueColumn<long>, long>(
                group,
                field,
                c,
                static (c, row) => c[row],
                shape,
                cancellationToken
            ),
            ValueColumn<int> c => WriteAsync<ValueColumn<int>, int>(group, field, c, static (c, row) => c[row], shape, cancellationToken),
            ValueColumn<double> c => WriteAsync<ValueColumn<double>, double>(
                group,
                field,
                c,
                static (c, row) => c[row],
                shape,
                cancellationToken
            ),
            ValueColumn<float> c => WriteAsync<ValueColumn<float>, float>(
                group,
                field,
                c,
                static (c, row) => c[row],
                shape,
                cancellationToken
            ),
            ValueColumn<bool> c => WriteAsync<ValueColumn<bool>, bool>(
                group,
                field,
                c,
                static (c, row) => c[row],
                shape,
                cancellationToken
            ),
            _ => throw new NotSupportedException($"a {column.GetType().Name} inside a list"),
        };

    static async Task WriteAsync<TColumn, T>(
        ParquetRowGroupWriter group,
        DataField field,
        TColumn column,
        Func<TColumn, int, T> get,
        Shape? shape,
        CancellationToken cancellationToken
    )
        where TColumn : Column
        where T : struct
    {
        var values = ArrayPool<T>.Shared.Rent(column.Count);
        var count = 0;
        for (var row = 0; row < column.Count; row++)
        {
            if (!column.IsNull(row))
            {
                values[count++] = get(column, row);
            }
        }
        var levels = new Levels(field, column, shape);
        await group
            .WriteAllPartsAsync<T>(field, values.AsMemory(0, count), levels.Definition, levels.Repetition, cancellationToken)
            .ConfigureAwait(false);
        levels.Return();
        // Strings must not be kept alive by the pool.
        ArrayPool<T>.Shared.Return(values, clearArray: true);
    }

    static async Task WriteListAsync<T>(
        ParquetRowGroupWriter group,
        ListField list,
        ListColumn<T> column,
        bool half,
        CancellationToken cancellationToken
    )
        where T : unmanaged
    {
        var field = (DataField)list.Item;
        var levels = new Levels(field, null, new(column.Count, column.Length, row => 0, list.MaxDefinitionLevel - 1));
        var items = column.Items;
        float[]? rounded = null;
        if (half && column is ListColumn<float> floats)
        {
            rounded = ArrayPool<float>.Shared.Rent(items.Length);
            var source = floats.Items.Span;
            for (var i = 0; i < source.Length; i++)
            {
                rounded[i] = (float)(Half)source[i];
            }

            await group
                .WriteAllPartsAsync<float>(
                    field,
                    rounded.AsMemory(0, items.Length),
                    levels.Definition,
                    levels.Repetition,
                    cancellationToken
                )
                .ConfigureAwait(false);
            ArrayPool<float>.Shared.Return(rounded);
        }
        else
        {
            await group.WriteAllPartsAsync(field, items, levels.Definition, levels.Repetition, cancellationToken).ConfigureAwait(false);
        }
        levels.Return();
    }

    static Task WriteStringsAsync(ParquetRowGroupWriter group, ListField list, StructListColumn column, CancellationToken cancellationToken)
    {
        var shape = new Shape(column.Count, column.Length, column.StartOf, list.MaxDefinitionLevel - 1);
        return WriteFlatAsync(group, (DataField)list.Item, ColumnKind.String, column.Fields[0], shape, cancellationToken);
    }

    static async Task WriteStructsAsync(
        ParquetRowGroupWriter group,
        ListField list,
        OutputColumn type,
        StructListColumn column,
        CancellationToken cancellationToken
    )
    {
        var shape = new Shape(column.Count, column.Length, column.StartOf, list.MaxDefinitionLevel - 1);
        var fields = ((StructField)list.Item).Fields;
        for (var f = 0; f < fields.Count; f++)
        {
            await WriteFlatAsync(group, (DataField)fields[f], type.Fields![f].Kind, column.Fields[f], shape, cancellationToken)
                .ConfigureAwait(false);
        }
    }

    /// <summary>The levels of one column chunk, from the pool.</summary>
    sealed class Levels
    {
        readonly int[]? _definition,
            _repetition;

        public Levels(DataField field, Column? column, Shape? shape)
        {
            var present = field.MaxDefinitionLevel;
            if (shape is null)
            {
                if (present == 0)
                {
                    return;
                }

                _definition = ArrayPool<int>.Shared.Rent(column!.Count);
                for (var row = 0; row < column.Count; row++)
                {
                    _definition[row] = column.IsNull(row) ? present - 1 : present;
                }

                Definition = _definition.AsMemory(0, column.Count);
                return;
            }
            var total = 0;
            for (var row = 0; row < shape.Rows; row++)
            {
                total += Math.Max(1, shape.Length(row));
            }

            (_definition, _repetition) = (ArrayPool<int>.Shared.Rent(total), ArrayPool<int>.Shared.Rent(total));
            var at = 0;
            for (var row = 0; row < shape.Rows; row++)
            {
                var length = shape.Length(row);
                _repetition[at] = 0;
                if (length == 0)
                {
                    _definition[at++] = shape.EmptyLevel;
                    continue;
                }
                _repetition.AsSpan(at + 1, length - 1).Fill(1);
                _definition.AsSpan(at, length).Fill(present);
                for (var i = 0; column is { NullCount: > 0 } && i < length; i++)
                {
                    if (column.IsNull(shape.Start(row) + i))
                    {
                        _definition[at + i] = present - 1;
                    }
                }
                at += length;
            }
            Definition = _definition.AsMemory(0, total);
            Repetition = _repetition.AsMemory(0, total);
        }

        public ReadOnlyMemory<int>? Definition { get; }
        public ReadOnlyMemory<int>? Repetition { get; }

        public void Return()
        {
            if (_definition is not null)
            {
                ArrayPool<int>.Shared.Return(_definition);
            }

            if (_repetition is not null)
            {
                ArrayPool<int>.Shared.Return(_repetition);
            }
        }
    }
}
