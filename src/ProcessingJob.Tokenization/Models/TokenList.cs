namespace ProcessingJob.Tokenization.Models;

/// <summary>Token ids with the part of the original text each covers; a growing list without indirection.</summary>
sealed class TokenList
{
    int[] ids = new int[256];
    int[] starts = new int[256];
    int[] ends = new int[256];

    public int Count { get; private set; }

    public ReadOnlySpan<int> Ids => ids.AsSpan(0, Count);

    public ReadOnlySpan<int> Starts => starts.AsSpan(0, Count);

    public ReadOnlySpan<int> Ends => ends.AsSpan(0, Count);

    public void Clear() => Count = 0;

    public void CutTo(int count) => Count = count;

    public void Add(int id, int start, int end)
    {
        if (Count == ids.Length) Grow(Count + 1);
        (ids[Count], starts[Count], ends[Count]) = (id, start, end);
        Count++;
    }

    /// <summary>Room for <paramref name="count"/> more tokens, which <see cref="Advance"/> makes part of the list.</summary>
    public void Reserve(int count, out Span<int> newIds, out Span<int> newStarts, out Span<int> newEnds)
    {
        if (Count + count > ids.Length) Grow(Count + count);
        newIds = ids.AsSpan(Count, count);
        newStarts = starts.AsSpan(Count, count);
        newEnds = ends.AsSpan(Count, count);
    }

    public void Advance(int count) => Count += count;

    void Grow(int least)
    {
        var size = Math.Max(least, ids.Length * 2);
        Array.Resize(ref ids, size);
        Array.Resize(ref starts, size);
        Array.Resize(ref ends, size);
    }
}
