namespace ProcessingJob.Models.Modules;

/// <summary>
/// A table with a row for each token: a text is the mean of its tokens' rows, without special tokens; zeros where it has no tokens.
/// Written by sentence-transformers and by model2vec.
/// </summary>
/// <param name="Folder">Where the table and tokenizer.json are.</param>
public sealed record StaticEmbeddingModule(string Folder) : SentenceModule
{
    readonly Lazy<StaticTable> _table = StaticTable.Of(Folder);

    public override string Name => "StaticEmbedding";

    public override string Summary => "mean of a table's rows, no transformer";

    /// <summary>Read when it is first asked for.</summary>
    /// <exception cref="Contract.PJobException">Model: no weights, or tensors that do not fit each other.</exception>
    public StaticTable Table => _table.Value;

    /// <summary>Tokens that tokenizer.json's own truncation leaves; null for all.</summary>
    public int? MaxTokens => TokenizerVocabulary.TruncationLength(Folder);

    internal static StaticEmbeddingModule Read(ModuleSource source) => new(source.Folder);
}
