namespace ProcessingJob.Tokenization.Unicode;

enum NormalForm
{
    Nfd,
    Nfkd,
    Nfc,
    Nfkc,
}

/// <summary>
/// Unicode normal forms as a list of changes, so that offsets survive: a change of 0 replaces a code point, 1 is one more, and
/// -n replaces one and swallows the n after it. string.Normalize is no help: it does nothing under invariant globalization.
/// </summary>
sealed class Normalization
{
    ChangeList _decomposed = new();
    readonly List<(int CodePoint, int Change)> _waiting = [];

    /// <summary>Appends to <paramref name="into"/> what <paramref name="text"/> becomes.</summary>
    public void Apply(NormalForm form, ReadOnlySpan<int> text, ChangeList into)
    {
        if (form is NormalForm.Nfd or NormalForm.Nfkd)
        {
            Decompose(form == NormalForm.Nfkd, text, into);
            return;
        }

        _decomposed.Clear();
        Decompose(form == NormalForm.Nfkc, text, _decomposed);
        Compose(_decomposed.Span, into);
    }

    static void Decompose(bool compatible, ReadOnlySpan<int> text, ChangeList into)
    {
        var ordered = into.Count; // marks from here on may still move
        var marks = false;
        foreach (var c in text)
        {
            if (c is >= 0xAC00 and <= 0xD7A3)
            {
                var index = c - 0xAC00;
                Push(0x1100 + index / 588, 0);
                Push(0x1161 + index % 588 / 28, 1);
                if (index % 28 > 0)
                {
                    Push(0x11A7 + index % 28, 1);
                }

                continue;
            }

            var parts =
                c < 0xA0 ? default
                : compatible ? UnicodeTables.Compatible(c)
                : UnicodeTables.Canonical(c);
            if (parts.IsEmpty)
            {
                Push(c, 0);
            }

            for (var i = 0; i < parts.Length; i++)
            {
                Push(parts[i], i > 0 ? 1 : 0);
            }
        }

        if (marks)
        {
            Sort(into.From(ordered));
        }

        void Push(int c, int change)
        {
            if (c < 0x300 || UnicodeTables.CombiningRank(c) == 0)
            {
                if (marks)
                {
                    Sort(into.From(ordered));
                }

                into.Add(c, change);
                ordered = into.Count;
                marks = false;
            }
            else
            {
                into.Add(c, change);
                marks = true;
            }
        }
    }

    /// <summary>Canonical order: stable by combining class.</summary>
    static void Sort(Span<(int CodePoint, int Change)> marks)
    {
        if (marks.Length > 32)
        {
            SortMany(marks);
            return;
        }

        for (var i = 1; i < marks.Length; i++)
        {
            var mark = marks[i];
            var rank = UnicodeTables.CombiningRank(mark.CodePoint);
            var at = i;
            for (; at > 0 && UnicodeTables.CombiningRank(marks[at - 1].CodePoint) > rank; at--)
            {
                marks[at] = marks[at - 1];
            }

            marks[at] = mark;
        }
    }

    static void SortMany(Span<(int CodePoint, int Change)> marks)
    {
        // A counting sort: there are some fifty classes, and hostile texts have runs of a hundred thousand marks.
        Span<int> starts = stackalloc int[257];
        foreach (var (c, _) in marks)
        {
            starts[UnicodeTables.CombiningRank(c) + 1]++;
        }

        for (var i = 1; i < starts.Length; i++)
        {
            starts[i] += starts[i - 1];
        }

        var sorted = new (int, int)[marks.Length];
        foreach (var mark in marks)
        {
            sorted[starts[UnicodeTables.CombiningRank(mark.CodePoint)]++] = mark;
        }

        sorted.CopyTo(marks);
    }

    void Compose(ReadOnlySpan<(int CodePoint, int Change)> text, ChangeList into)
    {
        (int CodePoint, int Change)? starter = null;
        var lastRank = -1; // of a mark that stayed between the starter and here
        _waiting.Clear();
        foreach (var (c, change) in text)
        {
            var rank = c < 0x300 ? 0 : UnicodeTables.CombiningRank(c);
            if (starter is not { } s)
            {
                if (rank != 0)
                {
                    into.Add(c, change);
                }
                else
                {
                    starter = (c, change);
                }

                continue;
            }

            if (lastRank < rank)
            {
                var composite = UnicodeTables.Compose(s.CodePoint, c);
                if (composite >= 0)
                {
                    starter = (composite, s.Change + change - 1);
                    continue;
                }
            }

            if (rank == 0)
            {
                Flush(s);
                (starter, lastRank) = ((c, change), -1);
                continue;
            }

            _waiting.Add((c, change));
            lastRank = rank;
        }

        if (starter is { } last)
        {
            Flush(last);
        }

        void Flush((int CodePoint, int Change) s)
        {
            into.Add(s.CodePoint, s.Change);
            foreach (var (c, change) in _waiting)
            {
                into.Add(c, change);
            }

            _waiting.Clear();
        }
    }
}

/// <summary>A growing list of (code point, change).</summary>
sealed class ChangeList
{
    (int CodePoint, int Change)[] _items = new (int, int)[64];

    public int Count { get; private set; }

    public ReadOnlySpan<(int CodePoint, int Change)> Span => _items.AsSpan(0, Count);

    public Span<(int CodePoint, int Change)> From(int start) => _items.AsSpan(start, Count - start);

    public void Clear() => Count = 0;

    public void Add(int codePoint, int change)
    {
        if (Count == _items.Length)
        {
            Array.Resize(ref _items, Count * 2);
        }

        _items[Count++] = (codePoint, change);
    }

    /// <summary>Adds to the change of the last entry, if there is one.</summary>
    public void Adjust(int by)
    {
        if (Count > 0)
        {
            _items[Count - 1].Change += by;
        }
    }
}
