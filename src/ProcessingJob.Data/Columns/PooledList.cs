using System.Buffers;
using System.Runtime.CompilerServices;

namespace ProcessingJob.Data.Columns;

/// <summary>A growing array from a pool. A field, never copied.</summary>
struct PooledList<T>
{
    /// <summary>
    /// Not the shared pool, which keeps arrays for every thread that ever returned one. This one keeps at most what was in use at one
    /// time.
    /// </summary>
    static readonly ArrayPool<T> Pool = ArrayPool<T>.Create(1 << 30, 512);

    T[]? _items;

    public int Count { get; private set; }
    public readonly Span<T> Span => _items.AsSpan(0, Count);
    public readonly ReadOnlyMemory<T> Memory => _items.AsMemory(0, Count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(T item)
    {
        var items = _items;
        if (items is null || Count == items.Length)
        {
            items = Grow(1);
        }

        items[Count++] = item;
    }

    public void AddRange(ReadOnlySpan<T> values)
    {
        values.CopyTo(Reserve(values.Length));
        Count += values.Length;
    }

    public void AddRepeated(T value, int count)
    {
        Reserve(count)[..count].Fill(value);
        Count += count;
    }

    /// <summary>Room for at least so many more items; <see cref="Advance"/> says how many were written.</summary>
    public Span<T> Reserve(int count)
    {
        var items = _items;
        if (items is null || items.Length - Count < count)
        {
            items = Grow(count);
        }

        return items.AsSpan(Count);
    }

    public void Advance(int count) => Count += count;

    public void Clear() => Count = 0;

    public void Truncate(int count) => Count = count;

    public void Dispose()
    {
        if (_items is { } items)
        {
            Pool.Return(items, RuntimeHelpers.IsReferenceOrContainsReferences<T>());
        }

        (_items, Count) = (null, 0);
    }

    T[] Grow(int more)
    {
        var size = Math.Max((long)Count + more, Math.Min(Count * 2L, Array.MaxLength));
        var grown = Pool.Rent((int)Math.Max(16, size));
        if (_items is { } items)
        {
            items.AsSpan(0, Count).CopyTo(grown);
            Pool.Return(items, RuntimeHelpers.IsReferenceOrContainsReferences<T>());
        }
        return _items = grown;
    }
}
