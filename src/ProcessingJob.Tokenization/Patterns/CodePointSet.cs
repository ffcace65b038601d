using ProcessingJob.Tokenization.Unicode;

namespace ProcessingJob.Tokenization.Patterns;

/// <summary>A set of code points (0 to 0x10FFFF) as ascending ranges that neither touch nor overlap.</summary>
sealed class CodePointSet
{
    const int Last = 0x10FFFF;

    readonly (int From, int To)[] _ranges;

    CodePointSet((int From, int To)[] ranges) => _ranges = ranges;

    public static CodePointSet Empty { get; } = new([]);

    public static CodePointSet All { get; } = new([(0, Last)]);

    public static CodePointSet Of(int codePoint) => Range(codePoint, codePoint);

    public static CodePointSet Range(int from, int to) => new([(from, to)]);

    public ReadOnlySpan<(int From, int To)> Ranges => _ranges;

    public bool IsEmpty => _ranges.Length == 0;

    /// <summary>Its only member, or -1.</summary>
    public int Single => _ranges is [var (from, to)] && from == to ? from : -1;

    /// <summary>All code points that <paramref name="member"/> says yes to.</summary>
    public static CodePointSet Where(Func<int, bool> member)
    {
        var ranges = new List<(int, int)>();
        var start = -1;
        for (var c = 0; c <= Last + 1; c++)
        {
            var inside = c <= Last && member(c);
            if (inside && start < 0)
            {
                start = c;
            }
            else if (!inside && start >= 0)
            {
                ranges.Add((start, c - 1));
                start = -1;
            }
        }

        return new CodePointSet([.. ranges]);
    }

    public static CodePointSet With(CharFlags flag) => Where(c => UnicodeTables.Is(c, flag));

    public bool Contains(int codePoint)
    {
        var (low, high) = (0, _ranges.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            var (from, to) = _ranges[middle];
            if (codePoint > to)
            {
                low = middle + 1;
            }
            else if (codePoint < from)
            {
                high = middle - 1;
            }
            else
            {
                return true;
            }
        }

        return false;
    }

    public bool Overlaps(CodePointSet other) => !Intersect(other).IsEmpty;

    public CodePointSet Union(CodePointSet other)
    {
        var all = _ranges.Concat(other._ranges).OrderBy(range => range.From).ToList();
        var merged = new List<(int From, int To)>();
        foreach (var range in all)
        {
            if (merged.Count > 0 && range.From <= merged[^1].To + 1)
            {
                merged[^1] = (merged[^1].From, Math.Max(merged[^1].To, range.To));
            }
            else
            {
                merged.Add(range);
            }
        }

        return new CodePointSet([.. merged]);
    }

    public CodePointSet Complement()
    {
        var gaps = new List<(int, int)>();
        var next = 0;
        foreach (var (from, to) in _ranges)
        {
            if (from > next)
            {
                gaps.Add((next, from - 1));
            }

            next = to + 1;
        }

        if (next <= Last)
        {
            gaps.Add((next, Last));
        }

        return new CodePointSet([.. gaps]);
    }

    public CodePointSet Intersect(CodePointSet other) => Complement().Union(other.Complement()).Complement();
}
