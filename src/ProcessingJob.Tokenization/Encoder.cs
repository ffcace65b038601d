using ProcessingJob.Contract;
using ProcessingJob.Tokenization.Fast;
using ProcessingJob.Tokenization.Loading;
using ProcessingJob.Tokenization.Models;
using ProcessingJob.Tokenization.Pipeline;

namespace ProcessingJob.Tokenization;

/// <summary>Turns texts into encodings. Owns scratch memory and caches: one per thread.</summary>
public sealed class Encoder
{
    readonly TokenizerParts _parts;
    readonly PostProcessor _layout;
    readonly TextTokenizer _texts;
    readonly EncodingWriter _writer;
    readonly TokenList _first = new();
    readonly TokenList _second = new();

    /// <exception cref="PJobException">The options contradict each other or the model (BadSpec).</exception>
    internal Encoder(TokenizerParts parts, TokenSpaces spaces, EncodeOptions options)
    {
        (_parts, _layout, Options) = (parts, parts.PostProcessor, options);
        options.Check(options.AddSpecialTokens ? _layout.SpecialCount(pair: false) : 0);
        _texts = new TextTokenizer(parts.Pipeline, options.WithOffsets || options.Window);
        _writer = new EncodingWriter(parts, spaces, options);
    }

    public EncodeOptions Options { get; }

    /// <summary>Appends the encoding(s) of one text.</summary>
    /// <returns>Number of encodings appended: 1, or one per window.</returns>
    public int Encode(ReadOnlySpan<char> text, EncodingBuffer into)
    {
        var special = Options.AddSpecialTokens ? _layout.SpecialCount(pair: false) : 0;
        var room = Options.MaxLength is { } max && Options.Truncation != Truncation.None ? max - special : int.MaxValue;
        _first.Clear();
        if (_parts.Excess is { } rules)
        {
            text = rules.Cut(text);
        }

        _texts.Run(text, ReadsAll || room == int.MaxValue ? int.MaxValue : room + 1, _first);
        if (_parts.Excess is { UnknownId: var unknown })
        {
            _first.Remove(unknown);
        }

        if (_first.Count > room && Options is { Window: false, Truncation: Truncation.OnlySecond })
        {
            throw new PJobException(
                $"truncation only_second: a single text of {_first.Count} tokens is over max_length {Options.MaxLength}",
                ExitCode.BadSpec
            );
        }

        var source = new TokenizedText(text, _first);
        var none = default(TokenizedText);
        var windows = 1;
        if (Options.Window)
        {
            windows = _writer.WriteWindows(into, source, none, 0, room, Options.Stride);
        }
        else
        {
            _writer.Write(into, source, none, Kept(_first.Count, Math.Min(_first.Count, room)), ..0, 0, 0, _first.Count > room);
        }

        into.CommitRow();
        return windows;
    }

    /// <summary>Appends the encoding(s) of a pair of texts.</summary>
    /// <returns>Number of encodings appended: 1, or one per window.</returns>
    /// <exception cref="PJobException">
    /// The text that must stay whole leaves no room for the other one (only_first, only_second, windows).
    /// </exception>
    public int Encode(ReadOnlySpan<char> text, ReadOnlySpan<char> pair, EncodingBuffer into)
    {
        var special = Options.AddSpecialTokens ? _layout.SpecialCount(pair: true) : 0;
        var limited = Options.MaxLength != null && Options.Truncation != Truncation.None;
        var room = limited ? Options.MaxLength!.Value - special : int.MaxValue;
        if (room < 0)
        {
            throw new PJobException(
                $"max_length {Options.MaxLength}: a pair needs {special} special tokens, so give at least {special + 1}",
                ExitCode.BadSpec
            );
        }

        TokenizePair(text, pair, room, limited);
        return WritePair(text, pair, room, into);
    }

    /// <summary>Appends the encodings of one text with each of several second texts, as so many calls; the text is read once.</summary>
    /// <exception cref="PJobException">A second text leaves no room for the first.</exception>
    /// <exception cref="InvalidOperationException">The options are not to cut the first text alone.</exception>
    public void EncodeEach(ReadOnlySpan<char> text, IReadOnlyList<string> pairs, EncodingBuffer into)
    {
        if (Options is not { Truncation: Truncation.OnlyFirst, Window: false, MaxLength: { } max })
        {
            throw new InvalidOperationException("expected truncation only_first to a max_length");
        }

        var room = max - (Options.AddSpecialTokens ? _layout.SpecialCount(pair: true) : 0);
        _first.Clear();
        _texts.Run(text, ReadsAll ? int.MaxValue : Math.Max(0, room) + 1, _first);
        foreach (var pair in pairs)
        {
            _second.Clear();
            _texts.Run(pair, int.MaxValue, _second);
            if (_second.Count >= room)
            {
                throw new PJobException(
                    $"tokens.max_length {max}: '{pair}' has {_second.Count} tokens and leaves no room for the text",
                    ExitCode.BadSpec
                );
            }

            WritePair(text, pair, room, into);
        }
    }

    /// <summary>Appends the encodings of the pair whose tokens are there.</summary>
    int WritePair(ReadOnlySpan<char> text, ReadOnlySpan<char> pair, int room, EncodingBuffer into)
    {
        var (a, b) = (_first.Count, _second.Count);
        var left = new TokenizedText(text, _first);
        var right = new TokenizedText(pair, _second);
        var windows = 1;
        if (Options.Window)
        {
            var moving = Options.Truncation == Truncation.OnlyFirst ? 0 : 1;
            var fixedCount = moving == 0 ? b : a;
            if (Options.Stride >= room - fixedCount && a + b > room)
            {
                throw new PJobException(
                    $"max_length {Options.MaxLength}: the {(moving == 0 ? "second" : "first")} text of {fixedCount} tokens leaves "
                        + $"{Math.Max(0, room - fixedCount)} for the windows, which a stride of {Options.Stride} needs more than",
                    ExitCode.Failed
                );
            }

            windows = _writer.WriteWindows(into, left, right, moving, room - fixedCount, Options.Stride);
        }
        else
        {
            var (keepA, keepB) = PairTruncation.Lengths(Options.Truncation, a, b, room);
            _writer.Write(into, left, right, Kept(a, keepA), Kept(b, keepB), 1, 0, keepA < a || keepB < b);
        }

        into.CommitRow();
        return windows;
    }

    /// <summary>Whether the end of a text matters however long it is.</summary>
    bool ReadsAll => Options.Window || _parts.TruncatesLeft || _parts.Excess != null;

    /// <summary>The tokens that stay, at the start of the text or at its end.</summary>
    Range Kept(int count, int keep) => _parts.TruncatesLeft ? (count - keep)..count : ..keep;

    /// <summary>
    /// Fills both lists as far as truncation can tell the difference. Which of two long texts is the longer one matters when the room is
    /// odd, so both are read on in turn until one of them ends.
    /// </summary>
    void TokenizePair(ReadOnlySpan<char> text, ReadOnlySpan<char> pair, int room, bool limited)
    {
        var all = !limited || ReadsAll || Options.Truncation != Truncation.LongestFirst;
        for (var need = all ? int.MaxValue : Math.Max(16, room + 1); ; need = need > int.MaxValue / 4 ? int.MaxValue : need * 4)
        {
            _first.Clear();
            _second.Clear();
            var wholeFirst = _texts.Run(text, need, _first);
            var wholeSecond = _texts.Run(pair, need, _second);
            var known = wholeFirst ? wholeSecond || _first.Count < _second.Count : wholeSecond && _second.Count < _first.Count;
            if (known || room % 2 == 0)
            {
                return;
            }
        }
    }
}
