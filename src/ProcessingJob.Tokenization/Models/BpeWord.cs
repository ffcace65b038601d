namespace ProcessingJob.Tokenization.Models;

/// <summary>A word while its symbols are merged: a linked list in arrays, and a heap of the merges that are possible.</summary>
sealed class BpeWord
{
    int[] _ids = new int[64];
    int[] _next = new int[64];
    int[] _previous = new int[64];
    int[] _ends = new int[64];
    readonly LongHeap _queue = new();

    public int Count { get; private set; }

    public void Clear() => Count = 0;

    /// <summary>Appends a symbol; <paramref name="end"/> is where it ends in the text.</summary>
    public void Add(int id, int end)
    {
        if (Count == _ids.Length)
        {
            Array.Resize(ref _ids, Count * 2);
            Array.Resize(ref _next, Count * 2);
            Array.Resize(ref _previous, Count * 2);
            Array.Resize(ref _ends, Count * 2);
        }

        (_ids[Count], _next[Count], _previous[Count], _ends[Count]) = (id, Count + 1, Count - 1, end);
        Count++;
    }

    public int Id(int symbol) => _ids[symbol];

    public int End(int symbol) => _ends[symbol];

    /// <summary>Applies the merges, lowest rank first, leftmost first among equals.</summary>
    public void Merge(MergeTable merges)
    {
        if (Count > 48)
        {
            MergeMany(merges);
        }
        else
        {
            MergeFew(merges);
        }
    }

    void MergeFew(MergeTable merges)
    {
        Span<long> found = stackalloc long[Count]; // rank << 32 | result of each symbol with the one after it
        for (var i = 0; i + 1 < Count; i++)
        {
            found[i] = merges.Find(_ids[i], _ids[i + 1]);
        }

        while (Count > 1)
        {
            var (best, at) = (MergeTable.None, -1);
            for (var i = 0; i + 1 < Count; i++)
            {
                if (found[i] < best)
                {
                    (best, at) = (found[i], i);
                }
            }

            if (at < 0)
            {
                break;
            }

            _ids[at] = (int)best;
            _ends[at] = _ends[at + 1];
            _ids.AsSpan(at + 2, Count - at - 2).CopyTo(_ids.AsSpan(at + 1));
            _ends.AsSpan(at + 2, Count - at - 2).CopyTo(_ends.AsSpan(at + 1));
            found[(at + 2)..Count].CopyTo(found[(at + 1)..]);
            Count--;
            if (at > 0)
            {
                found[at - 1] = merges.Find(_ids[at - 1], _ids[at]);
            }

            if (at + 1 < Count)
            {
                found[at] = merges.Find(_ids[at], _ids[at + 1]);
            }
        }
    }

    void MergeMany(MergeTable merges)
    {
        _next[Count - 1] = -1;
        _queue.Clear();
        for (var i = 0; i + 1 < Count; i++)
        {
            var found = merges.Find(_ids[i], _ids[i + 1]);
            if (found != MergeTable.None)
            {
                _queue.Append(Entry(found, i));
            }
        }

        _queue.Order();
        while (_queue.TryPop(out var top))
        {
            var at = (int)(uint)top;
            if (_ids[at] < 0 || _next[at] < 0)
            {
                continue;
            }

            var right = _next[at];
            var found = merges.Find(_ids[at], _ids[right]);
            if (found >> 32 != top >> 32)
            {
                continue; // the pair this was about is gone
            }

            _ids[at] = (int)found;
            _ends[at] = _ends[right];
            _ids[right] = -1;
            _next[at] = _next[right];
            if (_next[at] >= 0)
            {
                _previous[_next[at]] = at;
            }

            if (_previous[at] >= 0)
            {
                Offer(merges, _previous[at], at);
            }

            if (_next[at] >= 0)
            {
                Offer(merges, at, _next[at]);
            }
        }

        var kept = 0;
        for (var i = 0; i < Count; i++)
        {
            if (_ids[i] >= 0)
            {
                (_ids[kept], _ends[kept++]) = (_ids[i], _ends[i]);
            }
        }

        Count = kept;
    }

    void Offer(MergeTable merges, int left, int right)
    {
        var found = merges.Find(_ids[left], _ids[right]);
        if (found != MergeTable.None)
        {
            _queue.Push(Entry(found, left));
        }
    }

    /// <summary>Rank, then position: the order of merging.</summary>
    static long Entry(long found, int position) => (found & ~0xFFFFFFFFL) | (uint)position;
}
