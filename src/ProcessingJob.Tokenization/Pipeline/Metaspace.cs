namespace ProcessingJob.Tokenization.Pipeline;

enum PrependScheme
{
    First,
    Never,
    Always,
}

/// <summary>Spaces become <paramref name="replacement"/>, which starts each piece.</summary>
sealed class Metaspace(int replacement, PrependScheme scheme, bool split) : PreTokenizer
{
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
