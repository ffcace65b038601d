namespace ProcessingJob.Tokenization.Models;

/// <summary>A vocabulary and the way words are cut into its pieces. Immutable; the scratch belongs to the caller.</summary>
abstract class SubwordModel
{
    /// <summary>Highest id of the model itself + 1.</summary>
    public abstract int Size { get; }

    /// <summary>Number of its tokens: less than <see cref="Size"/> where ids have gaps.</summary>
    public abstract int Count { get; }

    /// <summary>Id of the unknown token; -1 where there is none.</summary>
    public abstract int UnknownId { get; }

    /// <summary>Whether pieces that go on with a word are written with a prefix.</summary>
    public virtual bool MarksContinuations => false;

    public abstract int? Find(string token);

    public abstract string? Token(int id);

    /// <summary>Appends the tokens of the code points <paramref name="start"/> to <paramref name="end"/> of the text.</summary>
    public abstract void Tokenize(AlignedText text, int start, int end, ModelScratch scratch, TokenList into);

    public abstract string Describe();

    /// <summary>Appends one token that covers normalized code points <paramref name="from"/> to <paramref name="to"/>.</summary>
    protected static void Emit(int id, AlignedText text, int from, int to, TokenList into) =>
        into.Add(id, text.From(from), text.To(to - 1));
}

/// <summary>Scratch memory of the models: one per encoder.</summary>
sealed class ModelScratch
{
    public BpeWord Word { get; } = new();

    public double[] Scores = [];
    public int[] Starts = [];
    public int[] Ids = [];
    public List<int> Path { get; } = [];
}
