using ProcessingJob.Tokenization.Loading;
using ProcessingJob.Tokenization.Models;
using ProcessingJob.Tokenization.Pipeline;

namespace ProcessingJob.Tokenization;

/// <summary>A text and its tokens, on their way into an encoding.</summary>
readonly ref struct TokenizedText(ReadOnlySpan<char> text, TokenList? tokens)
{
    public ReadOnlySpan<char> Text { get; } = text;

    public TokenList? Tokens { get; } = tokens;
}

/// <summary>Puts the kept tokens of one or two texts and the special tokens into an <see cref="EncodingBuffer"/>.</summary>
sealed class EncodingWriter(TokenizerParts parts, TokenSpaces spaces, EncodeOptions options)
{
    readonly PostProcessor _layout = parts.PostProcessor;
    readonly bool _withOffsets = options.WithOffsets || options.Window;
    readonly OffsetWriter _offsets = new(parts.PostProcessor.Trims, spaces, options.CodePointOffsets);

    /// <summary>Writes the windows over one of the texts, the other one whole in each.</summary>
    /// <returns>The number of windows, at least 1.</returns>
    public int WriteWindows(EncodingBuffer into, TokenizedText first, TokenizedText second, int moving, int room, int stride)
    {
        var count = (moving == 0 ? first : second).Tokens!.Count;
        var windows = 0;
        for (var start = 0; ; start += room - stride)
        {
            var window = start..(start + Math.Min(room, count - start));
            Write(into, first, second, moving == 0 ? window : Whole(first), moving == 1 ? window : Whole(second), moving, windows++, false);
            if (window.End.Value >= count)
            {
                return windows;
            }
        }
    }

    /// <summary>Writes one encoding of the given tokens of each text.</summary>
    public void Write(
        EncodingBuffer into,
        TokenizedText first,
        TokenizedText second,
        Range keepFirst,
        Range keepSecond,
        int moving,
        int window,
        bool truncated
    )
    {
        var pair = second.Tokens != null;
        var template = pair ? _layout.Pair : _layout.Single;
        var attended = Length(keepFirst) + (pair ? Length(keepSecond) : 0) + (options.AddSpecialTokens ? _layout.SpecialCount(pair) : 0);
        // A window of a text is no query: only whole texts are filled up.
        var length = pair || options.Window ? attended : Math.Max(attended, parts.Expansion?.Length ?? 0);
        var ids = into.AppendIds(length, _withOffsets);
        var types = into.PendingTypes(length);
        var special = into.PendingSpecial(length);
        var spans = _withOffsets ? into.PendingOffsets(length) : default;
        var (textStart, textEnd) = _withOffsets ? (0, 0) : (-1, -1);
        var at = 0;
        foreach (var part in template)
        {
            int count;
            if (part.Sequence < 0)
            {
                if (!options.AddSpecialTokens)
                {
                    continue;
                }

                count = part.Ids.Length;
                part.Ids.CopyTo(ids[at..]);
                special.Slice(at, count).Fill(1);
                if (_withOffsets)
                {
                    spans.Slice(at, count).Fill(new TokenOffset(0, 0, -1));
                }
            }
            else
            {
                var source = part.Sequence == 0 ? first : second;
                var keep = part.Sequence == 0 ? keepFirst : keepSecond;
                count = Length(keep);
                source.Tokens!.Ids[keep].CopyTo(ids[at..]);
                special.Slice(at, count).Clear();
                if (_withOffsets)
                {
                    var own = spans.Slice(at, count);
                    _offsets.Write(source, keep.Start.Value, own, part.Sequence);
                    if (part.Sequence == moving && count > 0)
                    {
                        (textStart, textEnd) = (own[0].Start, own[^1].End);
                    }
                }
            }

            types.Slice(at, count).Fill(part.Type);
            at += count;
        }

        if (at < length)
        {
            ids[at..].Fill(parts.Expansion!.TokenId);
            types[at..].Clear();
            special[at..].Fill(1);
            if (_withOffsets)
            {
                spans[at..].Fill(new TokenOffset(0, 0, -1));
            }

            attended = parts.Expansion.Attend ? length : attended;
        }

        into.Commit(length, attended, window, _withOffsets, textStart, textEnd, truncated);
    }

    static Range Whole(TokenizedText text) => 0..(text.Tokens?.Count ?? 0);

    static int Length(Range range) => range.End.Value - range.Start.Value;
}
