namespace ProcessingJob.Tokenization.Models;

/// <summary>A heap of numbers, smallest first, four children to a node.</summary>
sealed class LongHeap
{
    long[] items = new long[64];
    int count;

    public void Clear() => count = 0;

    /// <summary>Adds without keeping order; <see cref="Order"/> has to follow.</summary>
    public void Append(long item)
    {
        if (count == items.Length) Array.Resize(ref items, count * 2);
        items[count++] = item;
    }

    public void Order()
    {
        for (var i = (count - 2) >> 2; i >= 0; i--) Sink(i, items[i]);
    }

    public void Push(long item)
    {
        Append(item);
        var at = count - 1;
        for (; at > 0 && items[(at - 1) >> 2] > item; at = (at - 1) >> 2) items[at] = items[(at - 1) >> 2];
        items[at] = item;
    }

    public bool TryPop(out long item)
    {
        item = 0;
        if (count == 0) return false;
        item = items[0];
        var last = items[--count];
        if (count > 0) Sink(0, last);
        return true;
    }

    void Sink(int at, long item)
    {
        for (int child; (child = (at << 2) + 1) < count; at = child)
        {
            var end = Math.Min(child + 4, count);
            for (var other = child + 1; other < end; other++)
                if (items[other] < items[child]) child = other;
            if (items[child] >= item) break;
            items[at] = items[child];
        }

        items[at] = item;
    }
}
