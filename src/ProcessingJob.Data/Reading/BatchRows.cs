using Apache.Arrow;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Output;
using ProcessingJob.Data.Columns;
using Column = ProcessingJob.Data.Columns.Column;

namespace ProcessingJob.Data.Reading;

/// <summary>Rows of Arrow's record batches, put into a builder: those of one file and unit.</summary>
/// <param name="columns">The plan's columns in the file.</param>
/// <param name="builder">Takes the rows.</param>
sealed class BatchRows(FileColumn?[] columns, RowBuilder builder) : IDisposable
{
    readonly RowPlan _plan = builder.Plan;
    readonly Column?[] _scratch = new Column?[columns.Length];
    Value[] _values = [];

    /// <summary>The rows that are added next are those of this batch.</summary>
    /// <param name="batch">Must live until the last of them is added.</param>
    /// <param name="tops">Which of the file's own columns its columns are, in their order.</param>
    public void Bind(RecordBatch batch, List<int> tops)
    {
        _values = new Value[columns.Length];
        for (var slot = 0; slot < _values.Length; slot++)
        {
            if (columns[slot] is not { } column)
            {
                continue;
            }

            var data = batch.Column(tops.IndexOf(column.Top)).Data;
            var parents = new List<ArrayData>();
            foreach (var part in column.Parts.Skip(1))
            {
                parents.Add(data);
                data = data.Children[((Apache.Arrow.Types.StructType)data.DataType).GetFieldIndex(part)];
            }

            _values[slot] = new(ArrowValues.Of(column.Type!, data), [.. parents]);
        }
    }

    /// <param name="index">In the batch.</param>
    /// <param name="row">In the file.</param>
    public void Add(int index, long row)
    {
        var block = builder.Block;
        string? reason = null,
            at = null;
        for (var k = 0; reason is null && k < _plan.Texts.Length; k++)
        {
            var text = block.Texts[k];
            foreach (var slot in _plan.Texts[k])
            {
                if (reason is not null || _values[slot].IsNull(index))
                {
                    continue;
                }

                if (text.PendingLength > 0)
                {
                    text.Pend('\n');
                }

                at = _plan.Names[slot];
                reason = _values[slot].Values!.AddText(index, text);
            }
            text.EndRow();
        }
        if (reason is null && block.Id is { } id)
        {
            reason = Append(index, _plan.Id, _plan.IdColumn!.Type, id, ref at);
        }

        for (var i = 0; reason is null && i < _plan.Kept.Length; i++)
        {
            if (_plan.Kept[i] >= 0)
            {
                reason = Append(index, _plan.Kept[i], _plan.KeptTypes[i], block.Kept[i], ref at);
            }
        }

        if (reason is null)
        {
            builder.Finish(row, -1, block.PendingTextBytes, default);
        }
        else
        {
            builder.Reject(
                row,
                -1,
                reason,
                reason == RejectReason.BadEncoding ? $"column '{at}' is not valid UTF-8" : builder.MismatchMessage(at!),
                default
            );
        }
    }

    public void Dispose()
    {
        foreach (var column in _scratch)
        {
            column?.Dispose();
        }
    }

    string? Append(int index, int slot, ColumnType type, Column into, ref string? at)
    {
        at = _plan.Names[slot];
        if (columns[slot] is not { } column || _values[slot].IsNull(index))
        {
            into.AppendNull();
            return null;
        }

        if (ReferenceEquals(column.Type, type) || column.Type == type)
        {
            return _values[slot].Values!.Append(index, into);
        }

        var scratch = _scratch[slot] ??= TypedColumns.Create(column.Type!);
        scratch.Clear();
        return _values[slot].Values!.Append(index, scratch)
            ?? (ColumnConversion.TryAppend(column.Type!, scratch, 0, type, into) ? null : RejectReason.TypeMismatch);
    }

    /// <summary>Values of a column, null also where a structure around it is.</summary>
    readonly record struct Value(ArrowValues? Values, ArrayData[] Parents)
    {
        public bool IsNull(int row)
        {
            foreach (var parent in Parents)
            {
                if (parent.NullCount != 0 && !parent.Buffers[0].IsEmpty && !BitUtility.GetBit(parent.Buffers[0].Span, parent.Offset + row))
                {
                    return true;
                }
            }

            return Values!.IsNull(row);
        }
    }
}
