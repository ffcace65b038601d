using ProcessingJob.Contract.Columns;

namespace ProcessingJob.Data.Columns;

/// <summary>
/// Values of one column, appended row by row into pooled arrays. Cleared and filled again without allocating. Not thread-safe.
/// Spans and memories it gives out are valid until it is appended to, cleared or disposed.
/// </summary>
public abstract class Column : IDisposable
{
    PooledList<bool> _nulls;

    public int Count { get; private protected set; }

    /// <summary>Rows without a value.</summary>
    public int NullCount { get; private set; }

    public bool IsNull(int row) => NullCount > 0 && _nulls.Span[row];

    public static Column Create(OutputColumn column) =>
        column.Kind switch
        {
            ColumnKind.ListFloat or ColumnKind.ListFloat16 => new ListColumn<float>(),
            ColumnKind.ListInt32 => new ListColumn<int>(),
            ColumnKind.ListInt8 => new ListColumn<sbyte>(),
            ColumnKind.ListUInt8 => new ListColumn<byte>(),
            ColumnKind.ListString => new StructListColumn([OutputColumn.Element]),
            ColumnKind.ListStruct => new StructListColumn(column.Fields ?? []),
            _ => TypedColumns.Create(column.Scalar!),
        };

    public void AppendNull()
    {
        AppendDefault();
        if (NullCount == 0)
        {
            _nulls.Clear();
            _nulls.AddRepeated(false, Count);
        }
        _nulls.Add(true);
        NullCount++;
        Count++;
    }

    /// <summary>Appends rows <paramref name="start"/> … of a column of the same kind.</summary>
    public void AppendRange(Column source, int start, int count)
    {
        if (source.NullCount == 0 && NullCount == 0)
        {
            AppendValues(source, start, count);
            Count += count;
            return;
        }
        for (var row = start; row < start + count; row++)
        {
            if (source.IsNull(row))
            {
                AppendNull();
            }
            else
            {
                AppendValues(source, row, 1);
                Added();
            }
        }
    }

    /// <summary>Takes memory for so many rows of the size of those of a column of the same kind.</summary>
    internal virtual void MakeRoom(Column like, int rows) { }

    public void AppendFrom(Column source, int row) => AppendRange(source, row, 1);

    /// <summary>Bytes the values take in memory, for bounding groups of rows.</summary>
    public abstract long Bytes { get; }

    public virtual void Clear()
    {
        Count = NullCount = 0;
        _nulls.Clear();
    }

    public void Dispose()
    {
        _nulls.Dispose();
        Free();
        GC.SuppressFinalize(this);
    }

    /// <summary>Takes back the last row.</summary>
    internal void RemoveLast()
    {
        if (IsNull(Count - 1))
        {
            NullCount--;
        }

        Count--;
        if (_nulls.Count > Count)
        {
            _nulls.Truncate(Count);
        }

        RemoveLastValue();
    }

    /// <summary>Takes back rows until so many are left, and what was appended of a row that was not ended.</summary>
    internal void TrimTo(int count)
    {
        TrimPending();
        while (Count > count)
        {
            RemoveLast();
        }
    }

    /// <summary>Drops what was appended of a row that was not ended.</summary>
    internal virtual void TrimPending() { }

    private protected void Added()
    {
        // The null flags exist only once there is a null: most columns never pay for them.
        if (NullCount > 0)
        {
            _nulls.Add(false);
        }

        Count++;
    }

    private protected void Added(int count)
    {
        if (NullCount > 0)
        {
            _nulls.AddRepeated(false, count);
        }

        Count += count;
    }

    private protected abstract void AppendDefault();
    private protected abstract void AppendValues(Column source, int start, int count);
    private protected abstract void RemoveLastValue();
    private protected abstract void Free();
}
