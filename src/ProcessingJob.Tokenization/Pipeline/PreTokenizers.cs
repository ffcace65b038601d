using ProcessingJob.Tokenization.Unicode;

namespace ProcessingJob.Tokenization.Pipeline;

/// <summary>One step of cutting <see cref="Workspace.Text"/> into pieces; some steps rewrite the text as well.</summary>
abstract class PreTokenizer
{
    public abstract void Apply(Workspace work);

    public abstract string Describe();
}

/// <summary>A step that only cuts.</summary>
abstract class Splitter : PreTokenizer
{
    public sealed override void Apply(Workspace work)
    {
        var target = work.NewPieces();
        foreach (var piece in work.Pieces)
        {
            if (piece.Id >= 0)
            {
                target.Add(piece);
            }
            else
            {
                Split(work.Text.CodePoints[..piece.End], piece.Start, target);
            }
        }

        work.Accept(target);
    }

    /// <summary>Adds the pieces of <paramref name="text"/> from <paramref name="start"/> on.</summary>
    protected abstract void Split(ReadOnlySpan<int> text, int start, List<Piece> into);
}

/// <summary>Words between spaces, each punctuation mark by itself.</summary>
sealed class BertPreTokenizer : Splitter
{
    public override string Describe() => "BertPreTokenizer";

    protected override void Split(ReadOnlySpan<int> text, int start, List<Piece> into)
    {
        var word = start;
        for (var i = start; i < text.Length; i++)
        {
            var kind = UnicodeTables.Of(text[i]);
            if ((kind & (CharFlags.Space | CharFlags.Punctuation)) == 0)
            {
                continue;
            }

            if (word < i)
            {
                into.Add(new Piece(word, i));
            }

            if ((kind & CharFlags.Space) == 0)
            {
                into.Add(new Piece(i, i + 1));
            }

            word = i + 1;
        }

        if (word < text.Length)
        {
            into.Add(new Piece(word, text.Length));
        }
    }
}

/// <summary>Words between spaces.</summary>
sealed class WhitespaceSplit : Splitter
{
    public override string Describe() => "WhitespaceSplit";

    protected override void Split(ReadOnlySpan<int> text, int start, List<Piece> into)
    {
        var word = start;
        for (var i = start; i <= text.Length; i++)
        {
            if (i < text.Length && !UnicodeTables.Is(text[i], CharFlags.Space))
            {
                continue;
            }

            if (word < i)
            {
                into.Add(new Piece(word, i));
            }

            word = i + 1;
        }
    }
}

/// <summary>\w+|[^\w\s]+</summary>
sealed class Whitespace : Splitter
{
    public override string Describe() => "Whitespace";

    protected override void Split(ReadOnlySpan<int> text, int start, List<Piece> into)
    {
        for (var i = start; i < text.Length; )
        {
            var kind = Kind(text[i]);
            var end = i + 1;
            while (end < text.Length && Kind(text[end]) == kind)
            {
                end++;
            }

            if (kind != CharFlags.Space)
            {
                into.Add(new Piece(i, end));
            }

            i = end;
        }
    }

    static CharFlags Kind(int c)
    {
        var kind = UnicodeTables.Of(c);
        return (kind & CharFlags.Word) != 0 ? CharFlags.Word : kind & CharFlags.Space;
    }
}

enum Delimiters
{
    Removed,
    Isolated,
    MergedWithPrevious,
    MergedWithNext,
    Contiguous,
}

/// <summary>Cuts at the matches of a pattern.</summary>
sealed class PatternSplit(IPattern pattern, Delimiters behavior, string shown) : Splitter
{
    public override string Describe() => $"{shown}, {behavior}";

    protected override void Split(ReadOnlySpan<int> text, int start, List<Piece> into)
    {
        var first = into.Count;
        var previousMatch = false;
        var done = start;
        for (var at = start; pattern.Find(text, ref at, out var end); at = done = end)
        {
            if (done < at)
            {
                Add(done, at, false, into);
            }

            Add(at, end, true, into);
        }

        if (done < text.Length)
        {
            Add(done, text.Length, false, into);
        }

        void Add(int from, int to, bool match, List<Piece> pieces)
        {
            var joins = behavior switch
            {
                Delimiters.Contiguous => match == previousMatch,
                Delimiters.MergedWithPrevious => match && !previousMatch,
                Delimiters.MergedWithNext => !match && previousMatch,
                _ => false,
            };
            previousMatch = match;
            if (match && behavior == Delimiters.Removed)
            {
                return;
            }

            if (joins && pieces.Count > first)
            {
                pieces[^1] = pieces[^1] with { End = to };
            }
            else
            {
                pieces.Add(new Piece(from, to));
            }
        }
    }
}

/// <summary>Cuts by one of the patterns of byte-level models.</summary>
sealed class WordSplit(WordPattern pattern) : Splitter
{
    public WordPattern Pattern => pattern;

    public override string Describe() => $"Split({pattern})";

    protected override void Split(ReadOnlySpan<int> text, int start, List<Piece> into)
    {
        for (var i = start; i < text.Length; )
        {
            var end = WordPatterns.End(pattern, text, i);
            into.Add(new Piece(i, end));
            i = end;
        }
    }
}

enum PrependScheme
{
    First,
    Never,
    Always,
}

/// <summary>Spaces become <paramref name="replacement"/>, which starts each piece.</summary>
sealed class Metaspace(int replacement, PrependScheme scheme, bool split) : PreTokenizer
{
    public PrependScheme Scheme => scheme;

    public bool Splits => split;

    public override string Describe() =>
        $"Metaspace({char.ConvertFromUtf32(replacement)}, prepend {scheme}, split={(split ? "true" : "false")})";

    public override void Apply(Workspace work)
    {
        var source = work.Text;
        var target = work.NewText();
        var pieces = work.NewPieces();
        foreach (var piece in work.Pieces)
        {
            var start = target.Count;
            if (piece.Id < 0)
            {
                var first = source.CodePoints[piece.Start];
                var prepends =
                    first != ' '
                    && first != replacement
                    && (scheme == PrependScheme.Always || (scheme == PrependScheme.First && source.From(piece.Start) == 0));
                if (prepends)
                {
                    target.Add(replacement, source.From(piece.Start), source.To(piece.Start));
                }

                for (var i = piece.Start; i < piece.End; i++)
                {
                    var c = source.CodePoints[i];
                    target.Add(c == ' ' ? replacement : c, source.From(i), source.To(i));
                }

                if (split)
                {
                    for (var i = start + 1; i < target.Count; i++)
                    {
                        if (target.CodePoints[i] != replacement)
                        {
                            continue;
                        }

                        pieces.Add(new Piece(start, i));
                        start = i;
                    }
                }
            }
            else
            {
                target.Add(source, piece.Start, piece.End);
            }

            pieces.Add(new Piece(start, target.Count, piece.Id));
        }

        work.Accept(target);
        work.Accept(pieces);
    }
}

/// <summary>Bytes of UTF-8 written as printable characters, after the GPT-2 pattern unless that is off.</summary>
sealed class ByteLevel(bool addPrefixSpace, bool useRegex) : PreTokenizer
{
    static readonly WordSplit Gpt2 = new(WordPattern.Gpt2);

    public bool AddsPrefixSpace => addPrefixSpace;

    public bool UsesRegex => useRegex;

    public override string Describe() =>
        $"ByteLevel(add_prefix_space={(addPrefixSpace ? "true" : "false")}, use_regex={(useRegex ? "true" : "false")})";

    public override void Apply(Workspace work)
    {
        if (addPrefixSpace)
        {
            AddPrefixSpaces(work);
        }

        if (useRegex)
        {
            Gpt2.Apply(work);
        }

        ToBytes(work);
    }

    static void AddPrefixSpaces(Workspace work)
    {
        var source = work.Text;
        var target = work.NewText();
        var pieces = work.NewPieces();
        foreach (var piece in work.Pieces)
        {
            var start = target.Count;
            if (piece.Id < 0 && source.CodePoints[piece.Start] != ' ')
            {
                target.Add(' ', source.From(piece.Start), source.To(piece.Start));
            }

            target.Add(source, piece.Start, piece.End);
            pieces.Add(new Piece(start, target.Count, piece.Id));
        }

        work.Accept(target);
        work.Accept(pieces);
    }

    static void ToBytes(Workspace work)
    {
        var source = work.Text;
        var target = work.NewText();
        var pieces = work.NewPieces();
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var piece in work.Pieces)
        {
            var start = target.Count;
            if (piece.Id >= 0)
            {
                target.Add(source, piece.Start, piece.End);
            }
            else
            {
                for (var i = piece.Start; i < piece.End; i++)
                {
                    var length = new System.Text.Rune(source.CodePoints[i]).EncodeToUtf8(utf8);
                    foreach (var b in utf8[..length])
                    {
                        target.Add(ByteAlphabet.Char(b), source.From(i), source.To(i));
                    }
                }
            }

            pieces.Add(new Piece(start, target.Count, piece.Id));
        }

        work.Accept(target);
        work.Accept(pieces);
    }
}
