namespace ProcessingJob.Tokenization.Patterns;

/// <summary>
/// Upper and lower case under (?i), as far as it is simple: ASCII, with the two other characters that fold to ASCII letters. Anything else
/// could also match a sequence of characters (ß and ss) and is refused.
/// </summary>
static class CaseFolding
{
    const int LongS = 0x17F;
    const int Kelvin = 0x212A;

    static readonly CodePointSet Ascii = CodePointSet.Range(0, 127);

    /// <summary>Pairs of letters that one character stands for: ß, ﬀ, ﬁ, ﬂ, ﬆ.</summary>
    static readonly (char First, char Second)[] Ligatures = [('s', 's'), ('f', 'f'), ('f', 'i'), ('f', 'l'), ('s', 't')];

    public static CodePointSet Close(CodePointSet set)
    {
        if (!set.Intersect(Ascii.Complement()).IsEmpty)
        {
            throw new FormatException("characters outside of ASCII under (?i)");
        }

        var closed = set;
        for (var c = 'a'; c <= 'z'; c++)
        {
            if (!set.Contains(c) && !set.Contains(c - 32))
            {
                continue;
            }

            closed = closed.Union(CodePointSet.Of(c)).Union(CodePointSet.Of(c - 32));
            if (c is 's' or 'k')
            {
                closed = closed.Union(CodePointSet.Of(c == 's' ? LongS : Kelvin));
            }
        }

        return closed;
    }

    public static void RefuseLigature(CodePointSet first, CodePointSet second)
    {
        foreach (var (a, b) in Ligatures)
        {
            if (first.Contains(a) && second.Contains(b))
            {
                throw new FormatException($"{a}{b} under (?i)");
            }
        }
    }
}
