namespace ProcessingJob.Tokenization.Pipeline;

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
