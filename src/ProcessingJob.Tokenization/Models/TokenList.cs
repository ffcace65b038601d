namespace ProcessingJob.Tokenization.Models;

/// <summary>Token ids with the part of the original text each covers; a growing list without indirection.</summary>
sealed class TokenList
{
    int[] _ids = new int[256];
    int[] _starts = new int[256];
    int[] _ends = new int[256];

    public int Count { get; private set; }

    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    public ReadOnlySpan<int> Starts => _starts.AsSpan(0, Count);

    public ReadOnlySpan<int> Ends => _ends.AsSpan(0, Count);

    public void Clear() => Count = 0;

    public void CutTo(int count) => Count = count;

    /// <summary>Leaves out every token of one id.</summary>
    public void Remove(int id)
    {
        var kept = 0;
        for (var i = 0; i < Count; i++)
        {
            if (_ids[i] == id)
            {
                continue;
            }

            (_ids[kept], _starts[kept], _ends[kept]) = (_ids[i], _starts[i], _ends[i]);
            kept++;
        }

        Count = kept;
    }

    public void Add(int id, int start, int end)
    {
        if (Count == _ids.Length)
        {
            Grow(Count + 1);
        }

        (_ids[Count], _starts[Count], _ends[Count]) = (id, start, end);
        Count++;
    }

    /// <summary>Room for <paramref name="count"/> more tokens, which <see cref="Advance"/> makes part of the list.</summary>
    public void Reserve(int count, out Span<int> newIds, out Span<int> newStarts, out Span<int> newEnds)
    {
        if (Count + count > _ids.Length)
        {
            Grow(Count + count);
        }

        newIds = _ids.AsSpan(Count, count);
        newStarts = _starts.AsSpan(Count, count);
        newEnds = _ends.AsSpan(Count, count);
    }

    public void Advance(int count) => Count += count;

    void Grow(int least)
    {
        var size = Math.Max(least, _ids.Length * 2);
        Array.Resize(ref _ids, size);
        Array.Resize(ref _starts, size);
        Array.Resize(ref _ends, size);
    }
}
