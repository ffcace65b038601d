using ProcessingJob.Tokenization.Pipeline;

namespace ProcessingJob.Tokenization;

/// <summary>Tokens' places in the original text, spaces trimmed as the post-processor says, in UTF-16 units or code points.</summary>
sealed class OffsetWriter(OffsetTrim[] trims, TokenSpaces spaces, bool codePoints)
{
    /// <summary>Writes the offsets of the tokens from <paramref name="start"/> on.</summary>
    public void Write(TokenizedText source, int start, Span<TokenOffset> into, int sequence)
    {
        var text = source.Text;
        var ids = source.Tokens!.Ids;
        var starts = source.Tokens.Starts;
        var ends = source.Tokens.Ends;
        for (var i = 0; i < into.Length; i++)
        {
            var (from, to) = (starts[start + i], ends[start + i]);
            foreach (var trim in trims)
            {
                Trim(text, ids[start + i], i == 0, trim.AddPrefixSpace, ref from, ref to);
            }

            into[i] = new TokenOffset(from, to, sequence);
        }

        if (codePoints && text.IndexOfAnyInRange('\uD800', '\uDBFF') >= 0)
        {
            ToCodePoints(text, into);
        }
    }

    void Trim(ReadOnlySpan<char> text, int id, bool firstToken, bool prefixSpace, ref int from, ref int to)
    {
        var (leading, trailing) = (spaces.Leading(id), spaces.Trailing(id));
        if (spaces.IsAdded(id))
        {
            // An added token stands for the text it took, spaces included.
            var token = text[from..to];
            leading = token.Length - token.TrimStart().Length;
            trailing = token.Length - token.TrimEnd().Length;
        }

        // A single leading space of the first token is the one that was put in front, not the text's.
        if ((firstToken || from == 0) && prefixSpace && leading == 1)
        {
            leading = 0;
        }

        for (; leading > 0 && from < to; leading--)
        {
            from += IsPair(text, from) ? 2 : 1;
        }

        if (trailing > to)
        {
            return;
        }

        for (; trailing > 0 && to > from; trailing--)
        {
            to -= to >= 2 && IsPair(text, to - 2) ? 2 : 1;
        }
    }

    static bool IsPair(ReadOnlySpan<char> text, int at) =>
        at + 1 < text.Length && char.IsHighSurrogate(text[at]) && char.IsLowSurrogate(text[at + 1]);

    static void ToCodePoints(ReadOnlySpan<char> text, Span<TokenOffset> offsets)
    {
        int unit = 0,
            point = 0;
        for (var i = 0; i < offsets.Length; i++)
        {
            var start = Point(text, offsets[i].Start);
            offsets[i] = offsets[i] with { Start = start, End = Point(text, offsets[i].End) };
        }

        // Positions mostly grow, so each is counted from the last one.
        int Point(ReadOnlySpan<char> of, int position)
        {
            while (unit < position)
            {
                unit += IsPair(of, unit) ? 2 : 1;
                point++;
            }

            while (unit > position)
            {
                unit -= unit >= 2 && IsPair(of, unit - 2) ? 2 : 1;
                point--;
            }

            return point;
        }
    }
}
