namespace ProcessingJob.Tokenization.Pipeline;

/// <summary>Finds matches in code points, leftmost first, none of them empty.</summary>
interface IPattern
{
    /// <summary>The first match at or after <paramref name="at"/>, which becomes its start.</summary>
    bool Find(ReadOnlySpan<int> text, ref int at, out int end);

    /// <summary>Whether no match can hold a printable ASCII character and a space after it.</summary>
    bool StaysBetweenSpaces { get; }
}

/// <summary>A literal string.</summary>
sealed class LiteralPattern(int[] literal) : IPattern
{
    public bool StaysBetweenSpaces => !literal.AsSpan(1).Contains(' ');

    public bool Find(ReadOnlySpan<int> text, ref int at, out int end)
    {
        var found = at <= text.Length ? text[at..].IndexOf(literal) : -1;
        end = 0;
        if (found < 0)
        {
            return false;
        }

        at += found;
        end = at + literal.Length;
        return true;
    }
}

/// <summary>Runs of one class of code points, at least <paramref name="least"/> long; at most <paramref name="most"/> in one match.</summary>
sealed class RunPattern(Func<int, bool> member, int least, int most) : IPattern
{
    public bool StaysBetweenSpaces => !member(' ') || !Enumerable.Range('!', '~' - ' ').Any(member);

    public bool Find(ReadOnlySpan<int> text, ref int at, out int end)
    {
        for (end = at; at < text.Length; at = end)
        {
            while (at < text.Length && !member(text[at]))
            {
                at++;
            }

            for (end = at; end < text.Length && end - at < most && member(text[end]); )
            {
                end++;
            }

            if (end > at && end - at >= least)
            {
                return true;
            }
        }

        return false;
    }
}
