namespace ProcessingJob.Tokenization.Patterns;

/// <summary>A match: code points from Start to before End, never none.</summary>
readonly record struct Match(int Start, int End);

/// <summary>Finds matches in code points: leftmost first, none of them empty, each from the end of the one before on.</summary>
interface IPattern
{
    /// <summary>Adds all matches in a text.</summary>
    void Find(ReadOnlySpan<int> text, List<Match> into);

    /// <summary>Whether a match can hold this printable ASCII character.</summary>
    bool MayHold(char c);

    /// <summary>Whether no match can hold a printable ASCII character and a space after it.</summary>
    bool StaysBetweenSpaces { get; }
}

/// <summary>A literal string.</summary>
sealed class LiteralPattern(int[] literal) : IPattern
{
    public bool StaysBetweenSpaces => !literal.AsSpan(1).Contains(' ');

    public bool MayHold(char c) => literal.Contains(c);

    public void Find(ReadOnlySpan<int> text, List<Match> into)
    {
        for (var at = 0; text[at..].IndexOf(literal) is >= 0 and var found; at = into[^1].End)
        {
            into.Add(new Match(at + found, at + found + literal.Length));
        }
    }
}

/// <summary>Single code points of one class.</summary>
sealed class CharacterPattern(Func<int, bool> member) : IPattern
{
    public bool StaysBetweenSpaces => true;

    public bool MayHold(char c) => member(c);

    public void Find(ReadOnlySpan<int> text, List<Match> into)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (member(text[i]))
            {
                into.Add(new Match(i, i + 1));
            }
        }
    }
}

/// <summary>Runs of one set of code points, at least <paramref name="least"/> long: the shape most normalizers' expressions have.</summary>
sealed class RunPattern(CodePointSet set, int least) : IPattern
{
    readonly bool[] _low = [.. Enumerable.Range(0, 256).Select(set.Contains)];

    public bool StaysBetweenSpaces => !set.Contains(' ') || !set.Overlaps(CharacterSets.PrintableAscii);

    public bool MayHold(char c) => set.Contains(c);

    public void Find(ReadOnlySpan<int> text, List<Match> into)
    {
        for (var at = 0; at < text.Length; at++)
        {
            var start = at;
            while (at < text.Length && Has(text[at]))
            {
                at++;
            }

            if (at > start && at - start >= least)
            {
                into.Add(new Match(start, at));
            }
        }
    }

    bool Has(int c) => c < _low.Length ? _low[c] : set.Contains(c);
}
