using ProcessingJob.Tokenization.Models;
using ProcessingJob.Tokenization.Pipeline;
using ProcessingJob.Tokenization.Unicode;

namespace ProcessingJob.Tokenization.Fast;

/// <summary>
/// Byte-level models see one match of GPT-2's pattern at a time. With NFC in front this holds for texts that NFC leaves alone for sure:
/// those below U+0300.
/// </summary>
sealed class ByteLevelPath : FastPath
{
    const byte Letter = 1,
        Number = 2,
        Space = 4;

    static readonly byte[] Kinds = MakeKinds();

    readonly bool _addsPrefixSpace;
    readonly bool _normalizes;
    readonly TextPipeline _inner;
    readonly TextPipeline _first;

    public ByteLevelPath(TextPipeline pipeline, ByteLevel bytes, bool withOffsets)
        : base(withOffsets)
    {
        _addsPrefixSpace = bytes.AddsPrefixSpace;
        _normalizes = pipeline.Normalizers.Length > 0;
        _inner = pipeline with { PreTokenizers = [new ByteLevel(false, useRegex: false)] };
        _first = pipeline with { PreTokenizers = [new ByteLevel(_addsPrefixSpace, useRegex: false)] };
    }

    public override FastOutcome Run(ReadOnlySpan<char> text, int start, int need, TokenList into, Workspace work, ModelScratch scratch)
    {
        if (_normalizes && text[start..].ContainsAnyExceptInRange('\0', '\u02FF'))
        {
            return FastOutcome.Refused;
        }

        var i = start;
        if (_addsPrefixSpace && text[i] != ' ')
        {
            // The space in front takes part in the match, so that 's is no contraction there; before another space it is too odd to follow.
            if ((Kind(text, i) & Space) != 0)
            {
                return FastOutcome.Refused;
            }

            var end = RunEnd(text, i);
            if (!Append(_first, text, i, end, FirstChunk, into, work, scratch))
            {
                return FastOutcome.Refused;
            }

            i = end;
        }

        while (i < text.Length)
        {
            if (into.Count >= need)
            {
                return FastOutcome.Enough;
            }

            var end = End(text, i);
            if (!Append(_inner, text, i, end, 0, into, work, scratch))
            {
                return FastOutcome.Refused;
            }

            i = end;
        }

        return FastOutcome.Whole;
    }

    static int End(ReadOnlySpan<char> text, int at)
    {
        var c = text[at];
        if (c == '\'' && at + 1 < text.Length)
        {
            switch (text[at + 1])
            {
                case 's' or 't' or 'm' or 'd':
                    return at + 2;
                case 'r' or 'v' when at + 2 < text.Length && text[at + 2] == 'e':
                    return at + 3;
                case 'l' when at + 2 < text.Length && text[at + 2] == 'l':
                    return at + 3;
            }
        }

        var word = c == ' ' && at + 1 < text.Length ? at + 1 : at;
        if ((Kind(text, word) & Space) == 0)
        {
            return RunEnd(text, word);
        }

        var end = at;
        while (end < text.Length && (Kinds[text[end]] & Space) != 0)
        {
            end++;
        }

        return end == text.Length || end == at + 1 ? end : end - 1;
    }

    static int RunEnd(ReadOnlySpan<char> text, int at)
    {
        var kinds = Kinds;
        var kind = Kind(text, at);
        for (var i = at; ; )
        {
            while ((uint)i < (uint)text.Length && kinds[text[i]] == kind && !char.IsSurrogate(text[i]))
            {
                i++;
            }

            if (i >= text.Length || !char.IsSurrogate(text[i]) || Kind(text, i) != kind)
            {
                return i;
            }

            i += char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]) ? 2 : 1;
        }
    }

    static byte Kind(ReadOnlySpan<char> text, int at)
    {
        var c = text[at];
        if (!char.IsSurrogate(c))
        {
            return Kinds[c];
        }

        if (!char.IsHighSurrogate(c) || at + 1 >= text.Length || !char.IsLowSurrogate(text[at + 1]))
        {
            return Kinds[0xFFFD];
        }

        return KindOf(char.ConvertToUtf32(c, text[at + 1]));
    }

    static byte KindOf(int c)
    {
        var flags = UnicodeTables.Of(c);
        return (flags & CharFlags.Letter) != 0 ? Letter
            : (flags & CharFlags.Number) != 0 ? Number
            : (flags & CharFlags.PatternSpace) != 0 ? Space
            : (byte)0;
    }

    static byte[] MakeKinds()
    {
        var kinds = new byte[0x10000];
        for (var c = 0; c < kinds.Length; c++)
        {
            kinds[c] = KindOf(c);
        }

        return kinds;
    }
}
