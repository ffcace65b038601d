namespace ProcessingJob.Tokenization.Pipeline;

/// <summary>One step of cutting <see cref="Workspace.Text"/> into pieces; some steps rewrite the text as well.</summary>
abstract class PreTokenizer
{
    public abstract void Apply(Workspace work);

    public abstract string Describe();
}

/// <summary>A step that only cuts.</summary>
abstract class SplittingPreTokenizer : PreTokenizer
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
                Split(work.Text.CodePoints[..piece.End], piece.Start, work, target);
            }
        }

        work.Accept(target);
    }

    /// <summary>Adds the pieces of <paramref name="text"/> from <paramref name="start"/> on.</summary>
    protected abstract void Split(ReadOnlySpan<int> text, int start, Workspace work, List<Piece> into);
}
