using ProcessingJob.Tokenization.Models;

namespace ProcessingJob.Tokenization.Pipeline;

/// <summary>
/// A text's way to tokens, exactly as tokenizer.json describes it: added tokens, normalizer, added tokens again, pre-tokenizer, model.
/// Immutable; works in the workspace it is given.
/// </summary>
sealed record TextPipeline
{
    public required Normalizer[] Normalizers { get; init; }

    public required PreTokenizer[] PreTokenizers { get; init; }

    public required SubwordModel Model { get; init; }

    public required IReadOnlyList<AddedToken> AddedTokens { get; init; }

    /// <summary>Tokens looked for in the text as it is.</summary>
    public AddedTokenSet RawTokens { get; private init; } = new([]);

    /// <summary>Tokens looked for in the normalized text.</summary>
    public AddedTokenSet NormalizedTokens { get; private init; } = new([]);

    /// <summary>The pipeline with its sets of added tokens, when the rest is in place.</summary>
    public TextPipeline Complete() =>
        this with
        {
            RawTokens = new(AddedTokens.Where(t => !t.Normalized).Select(t => (t, Vocabulary.CodePoints(t.Content)))),
            NormalizedTokens = new(AddedTokens.Where(t => t.Normalized).Select(t => (t, Normalize(t.Content)))),
        };

    /// <summary>The same pipeline for texts known to hold no token of <see cref="NormalizedTokens"/>.</summary>
    public TextPipeline WithoutNormalizedTokens() => this with { NormalizedTokens = new([]) };

    /// <summary>A string as the normalizer leaves it.</summary>
    public int[] Normalize(string text)
    {
        var work = new Workspace();
        work.Text.AddUtf16(text, 0);
        foreach (var normalizer in Normalizers)
        {
            normalizer.Apply(work);
        }

        return work.Text.CodePoints.ToArray();
    }

    /// <summary>Appends the tokens of a part of a text that holds no token of <see cref="RawTokens"/>.</summary>
    /// <param name="offset">Where the part starts in its text.</param>
    /// <returns>False when the part may hold a normalized added token and <paramref name="refuseNormalized"/> was asked for.</returns>
    public bool Run(ReadOnlySpan<char> part, int offset, bool refuseNormalized, Workspace work, ModelScratch scratch, TokenList into)
    {
        work.Text.Clear();
        work.Text.AddUtf16(part, offset);
        work.Origin = offset;
        foreach (var normalizer in Normalizers)
        {
            normalizer.Apply(work);
        }

        if (work.Text.Count == 0)
        {
            return true;
        }

        var pieces = work.NewPieces();
        if (NormalizedTokens.IsEmpty)
        {
            pieces.Add(new Piece(0, work.Text.Count));
        }
        else if (!refuseNormalized)
        {
            NormalizedTokens.Split(work.Text.CodePoints, pieces);
        }
        else if (NormalizedTokens.MayHold(work.Text.CodePoints))
        {
            return false;
        }
        else
        {
            pieces.Add(new Piece(0, work.Text.Count));
        }

        work.Accept(pieces);
        foreach (var preTokenizer in PreTokenizers)
        {
            preTokenizer.Apply(work);
        }

        foreach (var piece in work.Pieces)
        {
            if (piece.Id >= 0)
            {
                into.Add(piece.Id, work.Text.From(piece.Start), work.Text.To(piece.End - 1));
            }
            else if (piece.End > piece.Start)
            {
                Model.Tokenize(work.Text, piece.Start, piece.End, scratch, into);
            }
        }

        return true;
    }
}
