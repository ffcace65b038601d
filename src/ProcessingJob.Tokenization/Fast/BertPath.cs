using ProcessingJob.Tokenization.Models;
using ProcessingJob.Tokenization.Pipeline;
using ProcessingJob.Tokenization.Unicode;

namespace ProcessingJob.Tokenization.Fast;

/// <summary>
/// BERT's texts fall apart at spaces, ASCII punctuation and, where they are isolated, Chinese characters: cleaning, lower-casing
/// and accents never reach across those.
/// </summary>
sealed class BertPath(TextPipeline pipeline, BertNormalizer normalizer, bool withOffsets) : FastPath(withOffsets)
{
    const byte Word = 0,
        Space = 1,
        Mark = 2,
        Other = 3;

    static readonly byte[] Kinds = MakeKinds();

    readonly bool _isolatesChinese = normalizer.IsolatesChinese;

    public override FastOutcome Run(ReadOnlySpan<char> text, int start, int need, TokenList into, Workspace work, ModelScratch scratch)
    {
        var kinds = Kinds;
        for (var i = start; i < text.Length; )
        {
            var kind = kinds[text[i]];
            if (kind == Space)
            {
                i++;
                continue;
            }

            if (into.Count >= need)
            {
                return FastOutcome.Enough;
            }

            var end = i + 1;
            if (kind != Mark)
            {
                // Most words are ASCII letters and digits to their end.
                end = i;
                while (kind == Word)
                {
                    end++;
                    kind = (uint)end < (uint)text.Length ? kinds[text[end]] : Space;
                }

                if (kind == Other)
                {
                    end = OtherEnd(text, i, end);
                }
            }

            if (!Append(pipeline, text, i, end, 0, into, work, scratch))
            {
                return FastOutcome.Refused;
            }

            i = end;
        }

        return FastOutcome.Whole;
    }

    /// <summary>
    /// End of a chunk that starts at <paramref name="start"/> and has something else than ASCII letters and digits at
    /// <paramref name="at"/>.
    /// </summary>
    int OtherEnd(ReadOnlySpan<char> text, int start, int at)
    {
        while (at < text.Length && Kinds[text[at]] is Word or Other)
        {
            var units = 1;
            int c = text[at];
            if (char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]))
            {
                (c, units) = (char.ConvertToUtf32(text[at], text[at + 1]), 2);
            }

            if (_isolatesChinese && c >= 0x3400 && BertNormalizer.IsChinese(c))
            {
                return at == start ? at + units : at;
            }

            at += units;
        }

        return at;
    }

    static byte[] MakeKinds()
    {
        var kinds = new byte[0x10000];
        Array.Fill(kinds, Other);
        for (var c = 0x20; c < 0x7F; c++)
        {
            kinds[c] = char.IsAsciiLetterOrDigit((char)c) ? Word : Mark;
        }

        for (var c = 0; c < kinds.Length; c++)
        {
            if (UnicodeTables.Is(c, CharFlags.Space) && !UnicodeTables.Is(c, CharFlags.Removed))
            {
                kinds[c] = Space;
            }
        }

        return kinds;
    }
}
