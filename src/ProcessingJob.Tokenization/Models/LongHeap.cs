namespace ProcessingJob.Tokenization.Models;

/// <summary>A heap of numbers, smallest first, four children to a node.</summary>
sealed class LongHeap
{
    long[] _items = new long[64];
    int _count;

    public void Clear() => _count = 0;

    /// <summary>Adds without keeping order; <see cref="Order"/> has to follow.</summary>
    public void Append(long item)
    {
        if (_count == _items.Length)
        {
            Array.Resize(ref _items, _count * 2);
        }

        _items[_count++] = item;
    }

    public void Order()
    {
        for (var i = (_count - 2) >> 2; i >= 0; i--)
        {
            Sink(i, _items[i]);
        }
    }

    public void Push(long item)
    {
        Append(item);
        var at = _count - 1;
        for (; at > 0 && _items[(at - 1) >> 2] > item; at = (at - 1) >> 2)
        {
            _items[at] = _items[(at - 1) >> 2];
        }

        _items[at] = item;
    }

    public bool TryPop(out long item)
    {
        item = 0;
        if (_count == 0)
        {
            return false;
        }

        item = _items[0];
        var last = _items[--_count];
        if (_count > 0)
        {
            Sink(0, last);
        }

        return true;
    }

    void Sink(int at, long item)
    {
        for (int child; (child = (at << 2) + 1) < _count; at = child)
        {
            var end = Math.Min(child + 4, _count);
            for (var other = child + 1; other < end; other++)
            {
                if (_items[other] < _items[child])
                {
                    child = other;
                }
            }

            if (_items[child] >= item)
            {
                break;
            }

            _items[at] = _items[child];
        }

        _items[at] = item;
    }
}
