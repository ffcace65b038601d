namespace ProcessingJob.Models.Modules;

/// <summary>
/// A static embedding as model2vec itself computes it (github.com/MinishLab/model2vec): unknown tokens are dropped, and a text is cut
/// to <see cref="MaxTokens"/> times the vocabulary's median token length in characters, then to <see cref="MaxTokens"/> tokens.
/// </summary>
/// <param name="Folder">Where the table and tokenizer.json are.</param>
/// <param name="MaxTokens">512 unless config.json says otherwise.</param>
public sealed record Model2VecModule(string Folder, int MaxTokens) : SentenceModule
{
    public const string ModelType = "model2vec";

    const int DefaultMaxTokens = 512;

    readonly Lazy<StaticTable> _table = StaticTable.Of(Folder);

    public override string Name => "model2vec";

    public override string Summary => $"mean of a table's rows over at most {MaxTokens} known tokens, no transformer";

    /// <summary>Read when it is first asked for.</summary>
    /// <exception cref="Contract.PJobException">Model: no weights, or tensors that do not fit each other.</exception>
    public StaticTable Table => _table.Value;

    /// <summary>Id that is left out of the mean; null where the tokenizer has no unknown token.</summary>
    public int? UnknownToken => TokenizerVocabulary.UnknownToken(Folder);

    /// <summary>Characters (Unicode code points) of a text that are looked at.</summary>
    public long MaxCharacters => (long)MaxTokens * TokenizerVocabulary.MedianLength(Folder);

    /// <summary>The modules of a folder of model2vec without modules.json.</summary>
    internal static IReadOnlyList<SentenceModule> Of(string folder)
    {
        var config = ModuleConfig.Read(Path.Combine(folder, "config.json"));
        var module = new Model2VecModule(folder, config.Int("max_length", 1) ?? DefaultMaxTokens);
        return config.Flag("normalize") ?? false ? [module, NormalizeModule.OfSentence] : [module];
    }
}
