using ProcessingJob.Tokenization.Models;
using ProcessingJob.Tokenization.Pipeline;

namespace ProcessingJob.Tokenization.Fast;

/// <summary>
/// One encoder's way from a text to its tokens: cuts out added tokens, then takes the fast path of the family where there is one and the
/// exact pipeline elsewhere.
/// </summary>
sealed class TextTokenizer
{
    readonly AddedTokenSet[] _cuts;
    readonly TextPipeline _exact;
    readonly FastPath? _fast;
    readonly Workspace _work = new();
    readonly ModelScratch _scratch = new();

    public TextTokenizer(TextPipeline pipeline, bool withOffsets)
    {
        // Where nothing is normalized, tokens to be found in normalized text are cut out up front, too.
        var early = pipeline.Normalizers.Length == 0;
        _cuts = early ? [pipeline.RawTokens, pipeline.NormalizedTokens] : [pipeline.RawTokens];
        _exact = early ? pipeline.WithoutNormalizedTokens() : pipeline;
        _fast = FastPath.For(_exact, withOffsets);
    }

    /// <summary>Appends the tokens of a text, or at least the first <paramref name="need"/> of them.</summary>
    /// <returns>Whether the text was read to its end.</returns>
    public bool Run(ReadOnlySpan<char> text, int need, TokenList into) => Cut(text, 0, text.Length, 0, need, into);

    /// <summary>Cuts a part of the text at the tokens of one set after the other, as far as it is needed.</summary>
    bool Cut(ReadOnlySpan<char> text, int start, int end, int level, int need, TokenList into)
    {
        if (start == end)
        {
            return true;
        }

        if (into.Count >= need)
        {
            return false;
        }

        if (level == _cuts.Length)
        {
            return RunSegment(text, start, end, need, into);
        }

        var part = new Utf16Text(text[start..end]);
        for (int at = 0, done = 0; ; )
        {
            var found = _cuts[level].TryNext(part, ref at, done, out var token);
            if (!found)
            {
                return Cut(text, start + done, end, level + 1, need, into);
            }

            if (done < token.Start && !Cut(text, start + done, start + token.Start, level + 1, need, into))
            {
                return false;
            }

            if (into.Count >= need)
            {
                return false;
            }

            into.Add(token.Id, start + token.Start, start + token.End);
            done = token.End;
        }
    }

    bool RunSegment(ReadOnlySpan<char> text, int start, int end, int need, TokenList into)
    {
        var before = into.Count;
        switch (_fast?.Run(text[..end], start, need, into, _work, _scratch))
        {
            case FastOutcome.Whole:
                return true;
            case FastOutcome.Enough:
                return false;
        }

        into.CutTo(before);
        _exact.Run(text[start..end], start, refuseNormalized: false, _work, _scratch, into);
        return true;
    }
}
