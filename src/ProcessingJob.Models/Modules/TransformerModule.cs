using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Models.Modules;

/// <summary>What a transformer must put out.</summary>
public enum TransformerOutput
{
    /// <summary>[tokens, hidden]</summary>
    LastHiddenState,

    /// <summary>[tokens, hidden], of an inner layer.</summary>
    HiddenState,

    /// <summary>[hidden]</summary>
    PoolerOutput,

    /// <summary>Of the model's head: [labels], or [tokens, vocabulary].</summary>
    Logits,
}

/// <summary>A Hugging Face model in the module's folder, with its tokenizer.</summary>
public sealed record TransformerModule : SentenceModule
{
    public const string FeatureExtraction = "feature-extraction";
    public const string FillMask = "fill-mask";
    public const string SequenceClassification = "sequence-classification";
    public const string TextGeneration = "text-generation";

    public override string Name => "Transformer";

    public override string Summary =>
        Output switch
        {
            TransformerOutput.LastHiddenState => "last hidden state",
            TransformerOutput.HiddenState => $"hidden state {Layer}",
            TransformerOutput.PoolerOutput => "pooler output",
            _ => $"logits of {Task}",
        };

    /// <summary>Where config.json, the weights and the tokenizer are.</summary>
    public required string Folder { get; init; }

    /// <summary>sentence-transformers' name of the head: one of the constants here.</summary>
    public required string Task { get; init; }

    public required TransformerOutput Output { get; init; }

    /// <summary>For <see cref="TransformerOutput.HiddenState"/>: 0 is what the embeddings give, n what layer n gives; negative counts from
    /// the end.</summary>
    public int Layer { get; init; }

    /// <summary>Name under which later modules find the output.</summary>
    public required string Feature { get; init; }

    /// <summary>Tokens of an encoding, where the module says so itself: then neither tokenizer nor positions lower it.</summary>
    public int? MaxSequenceLength { get; init; }

    /// <summary>Tokens of every encoding, over all other limits.</summary>
    public int? ProcessingLength { get; init; }

    /// <summary>Tokens of a query.</summary>
    public int? QueryLength { get; init; }

    /// <summary>Tokens of a document.</summary>
    public int? DocumentLength { get; init; }

    /// <summary>Texts are lower-cased before the tokenizer.</summary>
    public bool LowerCase { get; init; }

    /// <summary>For multi-vector models only.</summary>
    public ExpansionSettings? Expansion { get; init; }

    /// <summary>Tokens that an encoding may have, specials included.</summary>
    /// <param name="tokenizerLimit">model_max_length of tokenizer_config.json; null for none.</param>
    /// <param name="positions">Tokens that the transformer was trained for; they lower what the module does not say itself.</param>
    /// <param name="mostTokens">Tokens that the transformer can compute; null for any number.</param>
    /// <returns>Null where nothing limits it.</returns>
    public int? MaxLength(TextRole role, int? tokenizerLimit, int? positions, int? mostTokens)
    {
        var ofRole = role switch
        {
            TextRole.Query => QueryLength,
            TextRole.Document => DocumentLength,
            _ => null,
        };
        var own = ProcessingLength ?? ofRole ?? MaxSequenceLength;
        var length = Expanded(role, own ?? tokenizerLimit);
        return (own is null ? positions : mostTokens) is { } most && !(length < most) ? most : length;
    }

    /// <summary>Queries that are filled up have the fill's length at least, and at most where it is fixed.</summary>
    int? Expanded(TextRole role, int? length) =>
        role != TextRole.Query || Expansion is not { } fill ? length
        : fill.Fixed ? fill.Length
        : length is { } given ? Math.Max(given, fill.Length)
        : null;

    internal static TransformerModule Read(ModuleSource source) => TransformerReader.Read(source, FeatureExtraction);

    internal static TransformerModule ReadMaskedLanguageModel(ModuleSource source) => TransformerReader.Read(source, FillMask);

    /// <summary>A model folder without a file of sentence-transformers.</summary>
    internal static TransformerModule Plain(string folder, string task) =>
        new()
        {
            Folder = folder,
            Task = task,
            Output = task == FeatureExtraction ? TransformerOutput.LastHiddenState : TransformerOutput.Logits,
            Feature = FeatureOf(task)!,
        };

    /// <summary>Name of a task's usual feature; null for an unknown task.</summary>
    internal static string? FeatureOf(string task) =>
        task switch
        {
            FeatureExtraction or FillMask => Features.Tokens,
            SequenceClassification => Features.Scores,
            TextGeneration => Features.CausalLogits,
            _ => null,
        };
}
