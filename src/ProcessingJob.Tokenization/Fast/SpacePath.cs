using ProcessingJob.Tokenization.Models;
using ProcessingJob.Tokenization.Pipeline;

namespace ProcessingJob.Tokenization.Fast;

/// <summary>
/// SentencePiece-like pipelines begin a new word at every space. A space after a printable ASCII character is a cut that no normalizer sees
/// across: no grapheme cluster, composition or run of spaces goes over it. The spaces belong to the chunk after them. A Strip in front of
/// everything is done to the whole, before it is cut.
/// </summary>
sealed class SpacePath : FastPath
{
    readonly TextPipeline _pipeline;
    readonly Strip? _strip;
    readonly Precompiled? _map;

    public SpacePath(TextPipeline pipeline, bool withOffsets)
        : base(withOffsets)
    {
        _strip = pipeline.Normalizers is [Strip first, ..] ? first : null;
        _pipeline = _strip == null ? pipeline : pipeline with { Normalizers = pipeline.Normalizers[1..] };
        if (withOffsets)
        {
            _map = pipeline.Normalizers.OfType<Precompiled>().FirstOrDefault();
        }
    }

    public static bool Fits(TextPipeline pipeline)
    {
        if (pipeline.PreTokenizers is not ([WhitespaceSplit, ..] or [Metaspace { Splits: true }, ..]))
        {
            return false;
        }

        // A Strip of the right side only at the end of a chunk that ends the text, for others end with a printable character.
        return pipeline.Normalizers is [.. var before, Strip { Left: false }]
            ? before.All(step => step is UnicodeForm or Lowercase or Replace { StaysBetweenSpaces: true, KeepsPrintableAscii: true })
            : (pipeline.Normalizers is [Strip, .. var rest] ? rest : pipeline.Normalizers).All(step =>
                step is Precompiled or Nmt or Lowercase or UnicodeForm or StripAccents or Replace { StaysBetweenSpaces: true }
            );
    }

    public override FastOutcome Run(ReadOnlySpan<char> text, int start, int need, TokenList into, Workspace work, ModelScratch scratch)
    {
        if (_strip != null)
        {
            (start, var stop) = _strip.Part(text, start);
            text = text[..stop];
            if (start == stop)
            {
                return FastOutcome.Whole;
            }
        }

        // What the map removes at the start of a text shifts all places after it in Hugging Face's.
        if (_map != null && !char.IsSurrogate(text[start]) && _map.Removes(text[start]))
        {
            return FastOutcome.Refused;
        }

        var context = start == 0 ? FirstChunk : FirstChunk << 1;
        for (var i = start; i < text.Length; )
        {
            if (into.Count >= need)
            {
                return FastOutcome.Enough;
            }

            var end = i;
            while (end < text.Length && text[end] == ' ')
            {
                end++;
            }

            do
            {
                var next = text[end..].IndexOf(' ');
                end = next < 0 ? text.Length : end + next;
                if (end == text.Length || (end > i && text[end - 1] is > ' ' and < '\u007F'))
                {
                    break;
                }

                while (end < text.Length && text[end] == ' ')
                {
                    end++;
                }
            } while (end < text.Length);

            if (!Append(_pipeline, text, i, end, context, into, work, scratch))
            {
                return FastOutcome.Refused;
            }

            i = end;
            context = 0;
        }

        return FastOutcome.Whole;
    }
}
