using System.Runtime.CompilerServices;

namespace ProcessingJob.Data.Columns;

/// <summary>Rows that are runs of items in one shared array: texts, binary values and lists.</summary>
public abstract class RunColumn<T> : Column
    where T : unmanaged
{
    PooledList<T> _items;
    PooledList<int> _ends;

    /// <summary>The row's items; none when it is null.</summary>
    public ReadOnlySpan<T> this[int row] => _items.Span[StartOf(row).._ends.Span[row]];

    /// <summary>Like the indexer, as memory.</summary>
    public ReadOnlyMemory<T> Slice(int row)
    {
        var start = StartOf(row);
        return _items.Memory[start.._ends.Span[row]];
    }

    public int Length(int row) => _ends.Span[row] - StartOf(row);

    /// <summary>Items of all rows, one after another.</summary>
    public ReadOnlyMemory<T> Items => _items.Memory;

    internal Span<T> ItemsInPlace => _items.Span;

    /// <summary>Index behind the last item of each row.</summary>
    public ReadOnlySpan<int> Ends => _ends.Span;

    public override long Bytes => (long)_items.Count * Unsafe.SizeOf<T>() + 4L * Count;

    internal override void MakeRoom(Column like, int rows)
    {
        _items.Reserve((int)Math.Min((long)((RunColumn<T>)like)._items.Count * rows / Math.Max(1, like.Count), 1 << 28));
        _ends.Reserve(rows);
    }

    public void Append(ReadOnlySpan<T> row)
    {
        _items.AddRange(row);
        EndRow();
    }

    public override void Clear()
    {
        base.Clear();
        _items.Clear();
        _ends.Clear();
    }

    private protected override void Free()
    {
        _items.Dispose();
        _ends.Dispose();
    }

    /// <summary>Room to write a row's items in place; <see cref="Advance"/> and <see cref="EndRow"/> make them one.</summary>
    internal Span<T> Reserve(int count) => _items.Reserve(count);

    internal void Advance(int count) => _items.Advance(count);

    /// <summary>Items written since the last <see cref="EndRow"/>.</summary>
    internal int PendingLength => _items.Count - (Count == 0 ? 0 : _ends.Span[Count - 1]);

    internal void Pend(T item) => _items.Add(item);

    internal void EndRow()
    {
        _ends.Add(_items.Count);
        Added();
    }

    /// <summary>Drops items that were written since the last <see cref="EndRow"/>.</summary>
    internal override void TrimPending() => _items.Truncate(Count == 0 ? 0 : _ends.Span[Count - 1]);

    int StartOf(int row) => row == 0 ? 0 : _ends.Span[row - 1];

    private protected override void AppendDefault() => _ends.Add(_items.Count);

    private protected override void AppendValues(Column source, int start, int count)
    {
        if (count == 0)
        {
            return;
        }

        var other = (RunColumn<T>)source;
        var from = other.StartOf(start);
        var ends = other._ends.Span.Slice(start, count);
        var shift = _items.Count - from;
        _items.AddRange(other._items.Span[from..ends[^1]]);
        var room = _ends.Reserve(count);
        for (var i = 0; i < count; i++)
        {
            room[i] = ends[i] + shift;
        }

        _ends.Advance(count);
    }

    private protected override void RemoveLastValue()
    {
        _ends.Truncate(Count);
        TrimPending();
    }
}

/// <summary>Texts as UTF-16.</summary>
public sealed class StringColumn : RunColumn<char>
{
    public void Append(string text) => Append(text.AsSpan());
}

/// <summary>Byte strings.</summary>
public sealed class BinaryColumn : RunColumn<byte>;

/// <summary>Lists of numbers: float, int, sbyte or byte.</summary>
public sealed class ListColumn<T> : RunColumn<T>
    where T : unmanaged;
