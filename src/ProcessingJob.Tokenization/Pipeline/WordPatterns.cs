using ProcessingJob.Tokenization.Unicode;

namespace ProcessingJob.Tokenization.Pipeline;

/// <summary>
/// The patterns byte-level models split by. They cover every text without gaps, so only the end of the match that starts at a given
/// place is asked for.
/// </summary>
enum WordPattern
{
    /// <summary>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</summary>
    Gpt2,

    /// <summary>
    /// (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
    /// </summary>
    Cl100k,

    /// <summary>As <see cref="Cl100k"/> with \p{N} for \p{N}{1,3}.</summary>
    Cl100kSingleDigit,
}

static class WordPatterns
{
    public const string Gpt2 = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    const CharFlags Any = CharFlags.Letter | CharFlags.Number | CharFlags.PatternSpace;

    /// <summary>Known spellings of the patterns.</summary>
    public static WordPattern? Parse(string regex) =>
        regex switch
        {
            Gpt2 => WordPattern.Gpt2,
            @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+" =>
                WordPattern.Cl100k,
            @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+" =>
                WordPattern.Cl100kSingleDigit,
            _ => null,
        };

    /// <summary>End of the match that starts at <paramref name="at"/>.</summary>
    public static int End(WordPattern pattern, ReadOnlySpan<int> text, int at)
    {
        if (text[at] == '\'')
        {
            var length = Contraction(text[(at + 1)..], pattern != WordPattern.Gpt2);
            if (length > 0)
            {
                return at + 1 + length;
            }
        }

        return pattern == WordPattern.Gpt2 ? Gpt2End(text, at) : Cl100kEnd(text, at, pattern == WordPattern.Cl100k ? 3 : 1);
    }

    static int Contraction(ReadOnlySpan<int> rest, bool anyCase)
    {
        var first = Letter(rest, 0, anyCase);
        if (first is 's' or 't' or 'm' or 'd')
        {
            return 1;
        }

        return (first, Letter(rest, 1, anyCase)) is ('r', 'e') or ('v', 'e') or ('l', 'l') ? 2 : 0;
    }

    // Case folding also takes U+017F for s; U+212A is a k and plays no part.
    static int Letter(ReadOnlySpan<int> text, int i, bool anyCase) =>
        i >= text.Length ? 0
        : !anyCase ? text[i]
        : text[i] == 0x17F ? 's'
        : text[i] is >= 'A' and <= 'Z' ? text[i] | 0x20
        : text[i];

    static int Gpt2End(ReadOnlySpan<int> text, int at)
    {
        var word = text[at] == ' ' && at + 1 < text.Length ? at + 1 : at;
        var kind = UnicodeTables.Of(text[word]) & Any;
        if ((kind & CharFlags.PatternSpace) != 0)
        {
            return SpaceEnd(text, at);
        }

        return RunEnd(text, word, kind);
    }

    static int Cl100kEnd(ReadOnlySpan<int> text, int at, int digits)
    {
        var kind = UnicodeTables.Of(text[at]) & Any;
        if ((kind & CharFlags.Letter) != 0)
        {
            return RunEnd(text, at, CharFlags.Letter);
        }

        if (
            (kind & CharFlags.Number) == 0
            && text[at] is not ('\r' or '\n')
            && at + 1 < text.Length
            && UnicodeTables.Is(text[at + 1], CharFlags.Letter)
        )
        {
            return RunEnd(text, at + 1, CharFlags.Letter);
        }

        if ((kind & CharFlags.Number) != 0)
        {
            return at + Math.Min(digits, RunEnd(text[..Math.Min(text.Length, at + digits)], at, CharFlags.Number) - at);
        }

        var word = text[at] == ' ' && at + 1 < text.Length ? at + 1 : at;
        if ((UnicodeTables.Of(text[word]) & Any) == 0)
        {
            var end = RunEnd(text, word, CharFlags.None);
            while (end < text.Length && text[end] is '\r' or '\n')
            {
                end++;
            }

            return end;
        }

        // \s*[\r\n]+ : up to the last line break of the run of spaces.
        var last = -1;
        for (var i = at; i < text.Length && UnicodeTables.Is(text[i], CharFlags.PatternSpace); i++)
        {
            if (text[i] is '\r' or '\n')
            {
                last = i;
            }
        }

        return last >= 0 ? last + 1 : SpaceEnd(text, at);
    }

    /// <summary>\s+(?!\S)|\s+ : the last space of a run is left for the word after it.</summary>
    static int SpaceEnd(ReadOnlySpan<int> text, int at)
    {
        var end = at;
        while (end < text.Length && UnicodeTables.Is(text[end], CharFlags.PatternSpace))
        {
            end++;
        }

        return end == text.Length || end == at + 1 ? end : end - 1;
    }

    static int RunEnd(ReadOnlySpan<int> text, int at, CharFlags kind)
    {
        while (at < text.Length && (UnicodeTables.Of(text[at]) & Any) == kind)
        {
            at++;
        }

        return at;
    }
}
