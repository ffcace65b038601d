namespace ProcessingJob.Tokenization.Models;

/// <summary>A word while its symbols are merged: a linked list in arrays, and a heap of the merges that are possible.</summary>
sealed class BpeWord
{
    int[] ids = new int[64];
    int[] next = new int[64];
    int[] previous = new int[64];
    int[] ends = new int[64];
    readonly LongHeap queue = new();

    public int Count { get; private set; }

    public void Clear() => Count = 0;

    /// <summary>Appends a symbol; <paramref name="end"/> is where it ends in the text.</summary>
    public void Add(int id, int end)
    {
        if (Count == ids.Length)
        {
            Array.Resize(ref ids, Count * 2);
            Array.Resize(ref next, Count * 2);
            Array.Resize(ref previous, Count * 2);
            Array.Resize(ref ends, Count * 2);
        }

        (ids[Count], next[Count], previous[Count], ends[Count]) = (id, Count + 1, Count - 1, end);
        Count++;
    }

    public int Id(int symbol) => ids[symbol];

    public int End(int symbol) => ends[symbol];

    /// <summary>Applies the merges, lowest rank first, leftmost first among equals.</summary>
    public void Merge(MergeTable merges)
    {
        if (Count > 48) MergeMany(merges);
        else MergeFew(merges);
    }

    void MergeFew(MergeTable merges)
    {
        Span<long> found = stackalloc long[Count]; // rank << 32 | result of each symbol with the one after it
        for (var i = 0; i + 1 < Count; i++) found[i] = merges.Find(ids[i], ids[i + 1]);
        while (Count > 1)
        {
            var (best, at) = (MergeTable.None, -1);
            for (var i = 0; i + 1 < Count; i++)
                if (found[i] < best) (best, at) = (found[i], i);
            if (at < 0) break;
            ids[at] = (int)best;
            ends[at] = ends[at + 1];
            ids.AsSpan(at + 2, Count - at - 2).CopyTo(ids.AsSpan(at + 1));
            ends.AsSpan(at + 2, Count - at - 2).CopyTo(ends.AsSpan(at + 1));
            found[(at + 2)..Count].CopyTo(found[(at + 1)..]);
            Count--;
            if (at > 0) found[at - 1] = merges.Find(ids[at - 1], ids[at]);
            if (at + 1 < Count) found[at] = merges.Find(ids[at], ids[at + 1]);
        }
    }

    void MergeMany(MergeTable merges)
    {
        next[Count - 1] = -1;
        queue.Clear();
        for (var i = 0; i + 1 < Count; i++)
        {
            var found = merges.Find(ids[i], ids[i + 1]);
            if (found != MergeTable.None) queue.Append(Entry(found, i));
        }

        queue.Order();
        while (queue.TryPop(out var top))
        {
            var at = (int)(uint)top;
            if (ids[at] < 0 || next[at] < 0) continue;
            var right = next[at];
            var found = merges.Find(ids[at], ids[right]);
            if (found >> 32 != top >> 32) continue; // the pair this was about is gone
            ids[at] = (int)found;
            ends[at] = ends[right];
            ids[right] = -1;
            next[at] = next[right];
            if (next[at] >= 0) previous[next[at]] = at;
            if (previous[at] >= 0) Offer(merges, previous[at], at);
            if (next[at] >= 0) Offer(merges, at, next[at]);
        }

        var kept = 0;
        for (var i = 0; i < Count; i++)
            if (ids[i] >= 0) (ids[kept], ends[kept++]) = (ids[i], ends[i]);
        Count = kept;
    }

    void Offer(MergeTable merges, int left, int right)
    {
        var found = merges.Find(ids[left], ids[right]);
        if (found != MergeTable.None) queue.Push(Entry(found, left));
    }

    /// <summary>Rank, then position: the order of merging.</summary>
    static long Entry(long found, int position) => (found & ~0xFFFFFFFFL) | (uint)position;
}
