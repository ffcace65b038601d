namespace ProcessingJob.Tokenization.Patterns;

/// <summary>
/// Code points that an expression cannot tell apart, under one symbol of 16 bits each. A text becomes as many symbols as code points,
/// so an engine that works on UTF-16 and has another edition of Unicode still sees whole code points, in the expression's own sets.
/// </summary>
sealed class SymbolAlphabet
{
    /// <summary>A symbol that stands for nothing.</summary>
    const char Nothing = '\uFFFF';

    const int PageSize = 256;
    const int FirstSymbol = 0x100;

    readonly List<(int From, char Symbol)> _stretches = [];
    readonly char[][] _pages = new char[(0x10FFFF / PageSize) + 1][];

    /// <param name="sets">All sets of the expression.</param>
    /// <exception cref="FormatException">They are more than 16 bits can tell apart.</exception>
    public SymbolAlphabet(IReadOnlyCollection<CodePointSet> sets)
    {
        // A line feed keeps its code, for the engine's anchors of lines look for it.
        CodePointSet[] all = [CodePointSet.Of('\n'), .. sets];
        var borders = new SortedSet<int> { 0 };
        foreach (var (from, to) in all.SelectMany(set => set.Ranges.ToArray()))
        {
            borders.Add(from);
            borders.Add(to + 1);
        }

        borders.Remove(0x110000);
        var symbols = new Dictionary<string, char>();
        foreach (var from in borders)
        {
            var kind = string.Concat(all.Select(set => set.Contains(from) ? '1' : '0'));
            if (!symbols.TryGetValue(kind, out var symbol))
            {
                symbol = from == '\n' ? '\n' : (char)(FirstSymbol + symbols.Count);
                if (symbols.Count >= Nothing - FirstSymbol)
                {
                    throw new FormatException("more kinds of characters than can be told apart");
                }

                symbols.Add(kind, symbol);
            }

            _stretches.Add((from, symbol));
        }

        FillPages();
    }

    /// <summary>The symbol of a code point.</summary>
    public char this[int codePoint] => _pages[codePoint / PageSize][codePoint % PageSize];

    /// <summary>The set as a class of the engine's syntax, over symbols.</summary>
    public string Class(CodePointSet set)
    {
        var symbols = _stretches.Where(stretch => set.Contains(stretch.From)).Select(stretch => stretch.Symbol).Distinct();
        var members = string.Concat(symbols.Select(symbol => $"\\u{(int)symbol:X4}"));
        return members.Length == 0 ? $"[\\u{(int)Nothing:X4}]" : $"[{members}]";
    }

    void FillPages()
    {
        // Pages of one symbol are one array.
        var plain = new Dictionary<char, char[]>();
        var next = 0;
        for (var page = 0; page < _pages.Length; page++)
        {
            var (start, end) = (page * PageSize, (page + 1) * PageSize);
            while (next + 1 < _stretches.Count && _stretches[next + 1].From <= start)
            {
                next++;
            }

            if (next + 1 == _stretches.Count || _stretches[next + 1].From >= end)
            {
                var symbol = _stretches[next].Symbol;
                if (!plain.TryGetValue(symbol, out var shared))
                {
                    plain.Add(symbol, shared = new char[PageSize]);
                    Array.Fill(shared, symbol);
                }

                _pages[page] = shared;
                continue;
            }

            var own = _pages[page] = new char[PageSize];
            for (var c = start; c < end; c++)
            {
                if (next + 1 < _stretches.Count && _stretches[next + 1].From == c)
                {
                    next++;
                }

                own[c - start] = _stretches[next].Symbol;
            }
        }
    }
}
