using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.ML.Tokenizers;
using ProcessingJob.Contract;

namespace ProcessingJob.Tokenization;

/// <summary>
/// A <see cref="Tokenizer"/> in the form of Microsoft.ML.Tokenizers, for whatever takes that library's: ML.NET, Semantic Kernel,
/// Microsoft.Extensions.AI. Ids are those of Hugging Face's own code. Offsets are UTF-16 positions in the original text, so that no
/// normalized text is ever given back. Every method counts the template's special tokens ([CLS], [SEP], &lt;s&gt;) as far as
/// <see cref="Load"/> was told to add them. May be used by many threads at once.
/// </summary>
public sealed class HuggingFaceTokenizer : Microsoft.ML.Tokenizers.Tokenizer
{
    readonly ConcurrentBag<Scratch> _idle = [];
    readonly EncodeOptions _options;

    HuggingFaceTokenizer(Tokenizer tokenizer, bool addSpecialTokens)
    {
        Inner = tokenizer;
        _options = new() { AddSpecialTokens = addSpecialTokens, WithOffsets = true };
    }

    /// <summary>The tokenizer behind it, for pairs, windows and batches.</summary>
    public Tokenizer Inner { get; }

    /// <summary>Reads the tokenizer of a model folder, as <see cref="Tokenizer.Load"/> does.</summary>
    /// <param name="path">A model folder, or the tokenizer.json in it.</param>
    /// <param name="addSpecialTokens">Whether encodings have the special tokens of the model's template, as Hugging Face's have.</param>
    /// <exception cref="PJobException">
    /// There is none, or one that cannot be reproduced exactly; the message names the component.
    /// </exception>
    public static HuggingFaceTokenizer Load(string path, bool addSpecialTokens = true)
    {
        ArgumentNullException.ThrowIfNull(path);
        var folder =
            Path.GetFileName(path) == "tokenizer.json" && File.Exists(path) ? Path.GetDirectoryName(Path.GetFullPath(path))! : path;
        return new(Tokenizer.Load(folder), addSpecialTokens);
    }

    /// <inheritdoc/>
    public override string Decode(IEnumerable<int> ids) => Inner.Decode([.. ids]);

    /// <summary>Decodes as many of the ids as the destination has room for; special tokens give no text.</summary>
    /// <returns>Done, or DestinationTooSmall where some ids were left.</returns>
    public override OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten)
    {
        int[] all = [.. ids];
        var text = Inner.Decode(all);
        idsConsumed = all.Length;
        if (text.Length > destination.Length)
        {
            // The text grows with the ids, so that the most that fit are found by halving.
            var (fits, tooMany) = (0, all.Length);
            while (tooMany - fits > 1)
            {
                var middle = (fits + tooMany) / 2;
                (fits, tooMany) = Inner.Decode(all.AsSpan(0, middle)).Length <= destination.Length ? (middle, tooMany) : (fits, middle);
            }

            (idsConsumed, text) = (fits, Inner.Decode(all.AsSpan(0, fits)));
        }

        text.CopyTo(destination);
        charsWritten = text.Length;
        return idsConsumed == all.Length ? OperationStatus.Done : OperationStatus.DestinationTooSmall;
    }

    /// <inheritdoc/>
    protected override EncodeResults<int> EncodeToIds(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        using var encoded = Encode(text, textSpan, settings);
        var kept = encoded.Kept(settings.MaxTokenCount, fromEnd: false);
        var ids = new List<int>(encoded.Ids.Length);
        foreach (var i in encoded.Tokens(kept))
        {
            ids.Add(encoded.Ids[i]);
        }

        return new() { Tokens = ids, CharsConsumed = encoded.End(kept) };
    }

    /// <inheritdoc/>
    protected override EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        using var encoded = Encode(text, textSpan, settings);
        var kept = encoded.Kept(settings.MaxTokenCount, fromEnd: false);
        var tokens = new List<EncodedToken>(encoded.Ids.Length);
        foreach (var i in encoded.Tokens(kept))
        {
            var (id, offset) = (encoded.Ids[i], encoded.Offsets[i]);
            tokens.Add(new(id, Inner.IdToToken(id) ?? "", offset.Start..offset.End));
        }

        return new() { Tokens = tokens, CharsConsumed = encoded.End(kept) };
    }

    /// <inheritdoc/>
    protected override int CountTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        using var encoded = Encode(text, textSpan, settings);
        var kept = encoded.Kept(settings.MaxTokenCount, fromEnd: false);
        return encoded.Total(kept);
    }

    /// <inheritdoc/>
    protected override int GetIndexByTokenCount(
        string? text,
        ReadOnlySpan<char> textSpan,
        EncodeSettings settings,
        bool fromEnd,
        out string? normalizedText,
        out int tokenCount
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.MaxTokenCount, 1);
        using var encoded = Encode(text, textSpan, settings);
        var kept = encoded.Kept(settings.MaxTokenCount, fromEnd);
        (normalizedText, tokenCount) = (null, encoded.Total(kept));
        return fromEnd ? encoded.Start(kept) : encoded.End(kept);
    }

    Encoded Encode(string? text, ReadOnlySpan<char> span, EncodeSettings settings)
    {
        if (!settings.ConsiderNormalization || !settings.ConsiderPreTokenization)
        {
            throw new NotSupportedException(
                "considerNormalization and considerPreTokenization: found false, expected true: without them the ids are not the model's"
            );
        }

        var whole = text is null ? span : text;
        var scratch = _idle.TryTake(out var idle) ? idle : new(Inner.CreateEncoder(_options), new());
        scratch.Buffer.Clear();
        scratch.Encoder.Encode(whole, scratch.Buffer);
        return new(this, scratch, whole.Length);
    }

    /// <summary>What one call works with; encoders are for one thread at a time.</summary>
    sealed record Scratch(Encoder Encoder, EncodingBuffer Buffer);

    /// <summary>The encoding of one whole text: the template's tokens around those of the text.</summary>
    readonly ref struct Encoded(HuggingFaceTokenizer owner, Scratch scratch, int length)
    {
        public ReadOnlySpan<int> Ids => scratch.Buffer.Ids(0);

        public ReadOnlySpan<TokenOffset> Offsets => scratch.Buffer.Offsets(0);

        public void Dispose() => owner._idle.Add(scratch);

        bool IsOfText(int i) => Offsets[i].Sequence >= 0;

        int TextTokens
        {
            get
            {
                var count = 0;
                foreach (var offset in Offsets)
                {
                    count += offset.Sequence >= 0 ? 1 : 0;
                }

                return count;
            }
        }

        /// <summary>
        /// How many of the text's tokens are kept: those that the limit leaves room for, and no token without the others of its character
        /// (byte-level tokenizers cut characters). -1: there is no room for the template.
        /// </summary>
        public int Kept(int most, bool fromEnd)
        {
            var count = TextTokens;
            var room = most - (Ids.Length - count);
            if (room >= count)
            {
                return count;
            }

            for (var kept = room; kept > 0; kept--)
            {
                var (inside, outside) = fromEnd ? (At(count - kept), At(count - kept - 1)) : (At(kept - 1), At(kept));
                if (fromEnd ? outside.End <= inside.Start : inside.End <= outside.Start)
                {
                    return kept;
                }
            }

            return room < 0 ? -1 : 0;
        }

        /// <summary>Tokens with the template's.</summary>
        public int Total(int kept) => kept < 0 ? 0 : kept + Ids.Length - TextTokens;

        /// <summary>Positions of the first of the text's tokens and of all the template's, in their order.</summary>
        public List<int> Tokens(int kept)
        {
            var positions = new List<int>();
            var seen = 0;
            for (var i = 0; kept >= 0 && i < Ids.Length; i++)
            {
                if (!IsOfText(i) || seen++ < kept)
                {
                    positions.Add(i);
                }
            }

            return positions;
        }

        /// <summary>Where the text behind the first kept tokens begins.</summary>
        public int End(int kept) =>
            kept == TextTokens ? length
            : kept <= 0 ? 0
            : At(kept - 1).End;

        /// <summary>Where the last kept tokens begin.</summary>
        public int Start(int kept) =>
            kept == TextTokens ? 0
            : kept <= 0 ? length
            : At(TextTokens - kept).Start;

        /// <summary>Offset of the n-th token of the text.</summary>
        TokenOffset At(int n)
        {
            for (var i = 0; ; i++)
            {
                if (IsOfText(i) && n-- == 0)
                {
                    return Offsets[i];
                }
            }
        }
    }
}
