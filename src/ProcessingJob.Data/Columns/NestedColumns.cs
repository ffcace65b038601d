namespace ProcessingJob.Data.Columns;

/// <summary>Structures: one column a field, all of this column's count; the fields of a null row are null.</summary>
public sealed class StructColumn(IReadOnlyList<Column> fields) : Column
{
    public IReadOnlyList<Column> Fields => fields;

    public override long Bytes => fields.Sum(f => f.Bytes);

    /// <summary>Ends a row whose values were appended to the fields.</summary>
    public void EndRow() => Added();

    public override void Clear()
    {
        base.Clear();
        foreach (var field in fields)
        {
            field.Clear();
        }
    }

    private protected override void Free()
    {
        foreach (var field in fields)
        {
            field.Dispose();
        }
    }

    private protected override void AppendDefault()
    {
        foreach (var field in fields)
        {
            field.AppendNull();
        }
    }

    private protected override void AppendValues(Column source, int start, int count)
    {
        for (var f = 0; f < fields.Count; f++)
        {
            fields[f].AppendRange(((StructColumn)source).Fields[f], start, count);
        }
    }

    private protected override void RemoveLastValue() => TrimPending();

    /// <summary>Drops values of a row that was not ended.</summary>
    internal override void TrimPending()
    {
        foreach (var field in fields)
        {
            field.TrimTo(Count);
        }
    }
}

/// <summary>Lists of anything, and maps as lists of structures of key and value.</summary>
/// <param name="items">The items of all rows, one after another.</param>
/// <param name="nullItems">Items that a null row has all the same: the size of a fixed-size list, else 0.</param>
public sealed class ItemsColumn(Column items, int nullItems = 0) : Column
{
    PooledList<int> _ends;

    public Column Items => items;

    /// <summary>Index behind the last item of each row.</summary>
    public ReadOnlySpan<int> Ends => _ends.Span;

    public override long Bytes => items.Bytes + 4L * Count;

    public int StartOf(int row) => row == 0 ? 0 : _ends.Span[row - 1];

    public int Length(int row) => _ends.Span[row] - StartOf(row);

    /// <summary>Ends a row whose items were appended to <see cref="Items"/>.</summary>
    public void EndRow()
    {
        _ends.Add(items.Count);
        Added();
    }

    public override void Clear()
    {
        base.Clear();
        _ends.Clear();
        items.Clear();
    }

    private protected override void Free()
    {
        _ends.Dispose();
        items.Dispose();
    }

    private protected override void AppendDefault()
    {
        for (var i = 0; i < nullItems; i++)
        {
            items.AppendNull();
        }

        _ends.Add(items.Count);
    }

    private protected override void AppendValues(Column source, int start, int count)
    {
        var other = (ItemsColumn)source;
        for (var row = start; row < start + count; row++)
        {
            items.AppendRange(other.Items, other.StartOf(row), other.Length(row));
            _ends.Add(items.Count);
        }
    }

    private protected override void RemoveLastValue()
    {
        _ends.Truncate(Count);
        TrimPending();
    }

    /// <summary>Drops items of a row that was not ended.</summary>
    internal override void TrimPending() => items.TrimTo(Count == 0 ? 0 : _ends.Span[Count - 1]);
}
