using System.Runtime.CompilerServices;
using ProcessingJob.Tokenization.Models;
using ProcessingJob.Tokenization.Pipeline;
using ProcessingJob.Tokenization.Unicode;

namespace ProcessingJob.Tokenization.Fast;

enum FastOutcome
{
    /// <summary>The segment was read to its end.</summary>
    Whole,

    /// <summary>There are as many tokens as were needed, and more text.</summary>
    Enough,

    /// <summary>This segment needs the exact pipeline; what was appended is void.</summary>
    Refused,
}

/// <summary>
/// A family's shortcut: cuts a text at places that the pipeline cannot see across, looks each chunk up in a cache, and runs the exact
/// pipeline for chunks it has not seen. Ids and offsets are the pipeline's own.
/// </summary>
abstract class FastPath(bool withOffsets)
{
    /// <summary>Tells the first chunk of a text or segment from the same characters further on.</summary>
    protected const uint FirstChunk = 1 << 8;

    readonly ChunkCache _cache = new(withOffsets);

    /// <summary>Appends the tokens of the text from <paramref name="start"/> to its end.</summary>
    public abstract FastOutcome Run(ReadOnlySpan<char> text, int start, int need, TokenList into, Workspace work, ModelScratch scratch);

    /// <summary>The shortcut for a pipeline, or null where none is known to be exact.</summary>
    public static FastPath? For(TextPipeline pipeline, bool withOffsets)
    {
        if (pipeline is { Normalizers: [BertNormalizer bert], PreTokenizers: [BertPreTokenizer], NormalizedTokens.StartsWithSpace: false })
        {
            return new BertPath(pipeline, bert, withOffsets);
        }

        if (
            pipeline.PreTokenizers is [ByteLevel { UsesRegex: true } bytes]
            && pipeline.Normalizers is [] or [UnicodeForm { Form: NormalForm.Nfc }]
        )
        {
            return new ByteLevelPath(pipeline, bytes, withOffsets);
        }

        return SpacePath.Fits(pipeline) ? new SpacePath(pipeline, withOffsets) : null;
    }

    /// <summary>Appends the tokens of one chunk; false when the whole segment must go through the pipeline.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected bool Append(
        TextPipeline pipeline,
        ReadOnlySpan<char> text,
        int start,
        int end,
        uint context,
        TokenList into,
        Workspace work,
        ModelScratch scratch
    )
    {
        var length = end - start;
        if (length > ChunkCache.MaxLength)
        {
            return pipeline.Run(text[start..end], start, refuseNormalized: true, work, scratch, into);
        }

        return _cache.TryAppend(text, start, length, context, into) || Miss(pipeline, text, start, end, into, work, scratch);
    }

    bool Miss(TextPipeline pipeline, ReadOnlySpan<char> text, int start, int end, TokenList into, Workspace work, ModelScratch scratch)
    {
        var first = into.Count;
        if (!pipeline.Run(text[start..end], start, refuseNormalized: true, work, scratch, into))
        {
            return false;
        }

        _cache.Store(start, into, first);
        return true;
    }
}
