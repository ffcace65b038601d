using ProcessingJob.Contract;
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

    // NFKC makes 18 code points of one at most, bytes of UTF-8 are 4; a file that asks for more than this is not a tokenizer's.
    const int MaxGrowth = 64;
    const int MinLimit = 256;

    /// <summary>The pipeline with its sets of added tokens, when the rest is in place.</summary>
    public TextPipeline Complete() =>
        this with
        {
            RawTokens = new(AddedTokens.Where(t => !t.Normalized).Select(t => (t, Vocabulary.CodePoints(t.Content)))),
            NormalizedTokens = new(AddedTokens.Where(t => t.Normalized).Select(t => (t, Normalize(t.Content)))),
        };

    /// <summary>The same pipeline for texts known to hold no token of <see cref="NormalizedTokens"/>.</summary>
    public TextPipeline WithoutNormalizedTokens() => this with { NormalizedTokens = new([]) };

    /// <summary>The id of a token as written in the vocabulary or among the added ones; null where it is in neither.</summary>
    public int? Find(string token) => AddedTokens.FirstOrDefault(added => added.Content == token)?.Id ?? Model.Find(token);

    /// <summary>All tokens, added ones included.</summary>
    public IEnumerable<string> Tokens =>
        Enumerable.Range(0, Model.Size).Select(Model.Token).OfType<string>().Union(AddedTokens.Select(added => added.Content));

    /// <summary>A string as the normalizer leaves it.</summary>
    public int[] Normalize(string text)
    {
        var work = new Workspace();
        Normalize(text, 0, work);
        return work.Text.CodePoints.ToArray();
    }

    void Normalize(ReadOnlySpan<char> part, int offset, Workspace work)
    {
        var limit = (int)Math.Min(int.MaxValue, Math.Max(MinLimit, (long)part.Length * MaxGrowth));
        work.Text.Clear();
        work.Text.Limit = limit;
        work.Text.AddUtf16(part, offset);
        work.Origin = offset;
        foreach (var normalizer in Normalizers)
        {
            try
            {
                normalizer.Apply(work);
                if (work.Text.Count <= limit)
                {
                    continue;
                }
            }
            catch (TextGrowthException)
            {
                // Said below, as for a step that stays just within the memory it has.
            }

            throw new PJobException(
                $"the tokenizer's normalizer {normalizer.Describe()} makes more than {limit:N0} code points of a text of "
                    + $"{part.Length:N0} characters, expected at most {MaxGrowth} times as many: the tokenizer's file is broken",
                ExitCode.Model
            );
        }

        work.Text.Limit = int.MaxValue;
    }

    /// <summary>Appends the tokens of a part of a text that holds no token of <see cref="RawTokens"/>.</summary>
    /// <param name="offset">Where the part starts in its text.</param>
    /// <returns>False when the part may hold a normalized added token and <paramref name="refuseNormalized"/> was asked for.</returns>
    public bool Run(ReadOnlySpan<char> part, int offset, bool refuseNormalized, Workspace work, ModelScratch scratch, TokenList into)
    {
        Normalize(part, offset, work);
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
