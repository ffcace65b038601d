using ProcessingJob.Contract.Columns;

namespace ProcessingJob.Data.Columns;

/// <summary>
/// Lists of structures, such as the answers of one question: append the items' values to <see cref="Fields"/> (the same number to
/// each), then <see cref="EndRow"/>.
/// </summary>
public sealed class StructListColumn(IReadOnlyList<OutputColumn> fields) : Column
{
    PooledList<int> _ends;

    /// <summary>One column per field, one row per item.</summary>
    public IReadOnlyList<Column> Fields { get; } = [.. fields.Select(Create)];

    /// <summary>Items of a row.</summary>
    public int Length(int row) => _ends.Span[row] - StartOf(row);

    /// <summary>Index of the row's first item in the fields.</summary>
    public int StartOf(int row) => row == 0 ? 0 : _ends.Span[row - 1];

    /// <summary>Index behind the last item of each row.</summary>
    public ReadOnlySpan<int> Ends => _ends.Span;

    public override long Bytes => Fields.Sum(f => f.Bytes) + 4L * Count;

    public void EndRow()
    {
        _ends.Add(Fields[0].Count);
        Added();
    }

    public override void Clear()
    {
        base.Clear();
        _ends.Clear();
        foreach (var field in Fields)
        {
            field.Clear();
        }
    }

    private protected override void Free()
    {
        _ends.Dispose();
        foreach (var field in Fields)
        {
            field.Dispose();
        }
    }

    private protected override void AppendDefault() => _ends.Add(Fields[0].Count);

    private protected override void AppendValues(Column source, int start, int count)
    {
        var other = (StructListColumn)source;
        for (var row = start; row < start + count; row++)
        {
            for (var f = 0; f < Fields.Count; f++)
            {
                Fields[f].AppendRange(other.Fields[f], other.StartOf(row), other.Length(row));
            }

            _ends.Add(Fields[0].Count);
        }
    }

    private protected override void RemoveLastValue()
    {
        _ends.Truncate(Count);
        var items = Count == 0 ? 0 : _ends.Span[Count - 1];
        foreach (var field in Fields)
        {
            field.TrimTo(items);
        }
    }
}
