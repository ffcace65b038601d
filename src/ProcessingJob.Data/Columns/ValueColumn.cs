using System.Runtime.CompilerServices;

namespace ProcessingJob.Data.Columns;

/// <summary>Numbers, booleans, timestamps and dates; a null row holds the default value.</summary>
public sealed class ValueColumn<T> : Column
    where T : unmanaged
{
    PooledList<T> _values;

    public T this[int row] => _values.Span[row];
    public ReadOnlySpan<T> Values => _values.Span;
    public ReadOnlyMemory<T> Memory => _values.Memory;
    public override long Bytes => (long)Count * Unsafe.SizeOf<T>();

    public void Append(T value)
    {
        _values.Add(value);
        Added();
    }

    /// <summary>Appends a row for each value; none of them is null.</summary>
    public void Append(ReadOnlySpan<T> values)
    {
        _values.AddRange(values);
        Added(values.Length);
    }

    public override void Clear()
    {
        base.Clear();
        _values.Clear();
    }

    private protected override void Free()
    {
        _values.Dispose();
    }

    private protected override void AppendDefault() => _values.Add(default);

    private protected override void AppendValues(Column source, int start, int count) =>
        _values.AddRange(((ValueColumn<T>)source).Values.Slice(start, count));

    private protected override void RemoveLastValue() => _values.Truncate(Count);
}
