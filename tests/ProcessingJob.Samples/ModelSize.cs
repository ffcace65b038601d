namespace ProcessingJob.Samples;

/// <summary>The shape of an encoder.</summary>
/// <param name="Layers">Transformer layers, at least 1.</param>
/// <param name="Hidden">Width, a multiple of <paramref name="Heads"/>.</param>
/// <param name="Heads">Attention heads.</param>
/// <param name="Intermediate">Width of the feed-forward layer.</param>
/// <param name="Vocabulary">Rows of the word embedding; the tokenizer is filled up to it.</param>
/// <param name="MaxLength">Longest input in tokens, specials included.</param>
public sealed record ModelSize(int Layers, int Hidden, int Heads, int Intermediate, int Vocabulary, int MaxLength = 512)
{
    /// <summary>2 × 32: half a megabyte, for tests.</summary>
    public static ModelSize Tiny { get; } = new(2, 32, 4, 64, 3000, 128);

    /// <summary>6 × 384, the shape of all-MiniLM-L6-v2: 90 MB.</summary>
    public static ModelSize MiniLmL6 { get; } = new(6, 384, 12, 1536, 30522);

    /// <summary>12 × 768, the shape of bert-base-uncased: 436 MB.</summary>
    public static ModelSize BertBase { get; } = new(12, 768, 12, 3072, 30522);

    /// <summary>6 × 768, the shape of distilbert-base-uncased: 265 MB.</summary>
    public static ModelSize DistilBertBase { get; } = new(6, 768, 12, 3072, 30522);

    /// <summary>12 × 768, the shape of roberta-base: 496 MB.</summary>
    public static ModelSize RobertaBase { get; } = new(12, 768, 12, 3072, 50265);
}
