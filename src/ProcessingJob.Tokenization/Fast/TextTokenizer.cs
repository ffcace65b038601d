using ProcessingJob.Tokenization.Models;
using ProcessingJob.Tokenization.Pipeline;

namespace ProcessingJob.Tokenization.Fast;

/// <summary>
/// One encoder's way from a text to its tokens: cuts out added tokens, then takes the fast path of the family where there is one and the
/// exact pipeline elsewhere.
/// </summary>
sealed class TextTokenizer
{
    readonly TextPipeline pipeline;
    readonly FastPath? fast;
    readonly bool checksUpFront;
    readonly Workspace work = new();
    readonly ModelScratch scratch = new();
    readonly AlignedText raw = new();
    readonly List<Piece> segments = [];

    public TextTokenizer(TextPipeline pipeline, bool withOffsets)
    {
        this.pipeline = pipeline;
        // Where nothing is normalized, tokens to be found in normalized text can be looked for up front.
        checksUpFront = pipeline.Normalizers.Length == 0 && !pipeline.NormalizedTokens.IsEmpty;
        fast = FastPath.For(checksUpFront ? pipeline.WithoutNormalizedTokens() : pipeline, withOffsets);
    }

    /// <summary>Appends the tokens of a text, or at least the first <paramref name="need"/> of them.</summary>
    /// <returns>Whether the text was read to its end.</returns>
    public bool Run(ReadOnlySpan<char> text, int need, TokenList into)
    {
        if (text.IsEmpty) return true;
        if (!pipeline.RawTokens.Occurs(text)) return RunSegment(text, 0, text.Length, need, into);

        raw.Clear();
        raw.AddUtf16(text, 0);
        segments.Clear();
        pipeline.RawTokens.Split(raw.CodePoints, 0, raw.Count, segments);
        foreach (var segment in segments)
        {
            if (into.Count >= need) return false;
            var (start, end) = (raw.From(segment.Start), raw.To(segment.End - 1));
            if (segment.Id >= 0) into.Add(segment.Id, start, end);
            else if (!RunSegment(text, start, end, need, into)) return false;
        }

        return true;
    }

    bool RunSegment(ReadOnlySpan<char> text, int start, int end, int need, TokenList into)
    {
        var before = into.Count;
        var path = checksUpFront && pipeline.NormalizedTokens.Occurs(text[start..end]) ? null : fast;
        switch (path?.Run(text[..end], start, need, into, work, scratch))
        {
            case FastOutcome.Whole: return true;
            case FastOutcome.Enough: return false;
        }

        into.CutTo(before);
        pipeline.Run(text[start..end], start, refuseNormalized: false, work, scratch, into);
        return true;
    }
}
