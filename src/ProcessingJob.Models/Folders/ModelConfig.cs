using ProcessingJob.Contract;
using ProcessingJob.Models.Configs;

namespace ProcessingJob.Models.Folders;

/// <summary>What the engine needs of config.json.</summary>
public sealed record ModelConfig
{
    /// <summary>Families whose positions start after the padding id: two of the position embeddings are never a token's.</summary>
    static readonly HashSet<string> OffsetPositions = new(StringComparer.Ordinal)
    {
        "roberta",
        "xlm-roberta",
        "xlm-roberta-xl",
        "roberta-prelayernorm",
        "camembert",
        "mpnet",
        "data2vec-text",
        "ibert",
        "longformer",
        "luke",
        "xmod",
        "esm",
    };

    /// <summary>
    /// Families without a table of positions: max_position_embeddings is where they were trained to, and longer texts can be computed.
    /// </summary>
    static readonly HashSet<string> AnyPositions = new(StringComparer.Ordinal)
    {
        "modernbert",
        "nomic_bert",
        "gte",
        "new",
        "jina_embeddings_v3",
        "eurobert",
        "llama",
        "mistral",
        "qwen3",
        "gemma3_text",
        "deberta",
        "deberta-v2",
    };

    /// <summary>Families that were published with code of their own, whose numbers are those of the graphs that are built here.</summary>
    static readonly HashSet<string> Published = new(StringComparer.Ordinal)
    {
        "nomic_bert",
        "gte",
        "new",
        "jina_embeddings_v3",
        "eurobert",
    };

    /// <summary>Families whose n_positions nothing reads: positions are relative (transformers' configuration_t5.py).</summary>
    static readonly HashSet<string> RelativePositions = new(StringComparer.Ordinal) { "t5", "mt5", "umt5", "longt5" };

    /// <summary>The type of rope scaling whose base grows with the text from max_position_embeddings on.</summary>
    const string Dynamic = "dynamic";

    /// <summary>Of the published code of Nomic Embed.</summary>
    const int DefaultTrainedPositions = 2048;

    public required string ModelType { get; init; }

    public required int HiddenSize { get; init; }

    /// <summary>Tokens that the model was trained for at most, by its config; null where that does not say.</summary>
    public required int? Positions { get; init; }

    /// <summary>Tokens that can be computed; null for any number. At least <see cref="Positions"/>.</summary>
    public required int? MostTokens { get; init; }

    /// <summary>Position of the first token, for graphs that take position_ids.</summary>
    public required int FirstPosition { get; init; }

    public required int PadId { get; init; }

    public required int? VocabularySize { get; init; }

    /// <summary>Whether auto_map names a program that could compute something else than the family does.</summary>
    public bool NamesOwnCode { get; private init; }

    public required IReadOnlyList<string> Labels { get; init; }

    public required string? ProblemType { get; init; }

    /// <summary>Index by label, as config.json's label2id says; empty where it has none.</summary>
    public IReadOnlyDictionary<string, int> LabelIds { get; private init; } = new Dictionary<string, int>();

    /// <summary>
    /// The class that the weights were saved from, e.g. <c>BertForTokenClassification</c>; null where config.json does not say.
    /// </summary>
    public string? Architecture { get; init; }

    /// <summary>Whether the weights were saved from a class with this ending.</summary>
    public bool Is(string head) => Architecture?.EndsWith(head, StringComparison.Ordinal) == true;

    /// <exception cref="PJobException">Model: the file or one of its keys is missing or wrong.</exception>
    public static ModelConfig Read(string path)
    {
        var config = ModelJson.Read(path);
        var type = config.Text("model_type") ?? throw config.Refuse("model_type is missing");
        var offset = OffsetPositions.Contains(type);
        var padId = config.Int("pad_token_id") ?? (offset ? 1 : 0);
        var positions = RelativePositions.Contains(type) ? null : config.Int("max_position_embeddings", "n_positions");
        var architecture = config.Texts("architectures") is [var first, ..] ? first : "";
        // MPNet's offset is fixed.
        var reserved =
            type == "mpnet" ? 2
            : offset ? padId + 1
            : 0;
        if (type == "nomic_bert" && config.Has("rotary_scaling_factor"))
        {
            // From there on the rotary base would grow with the length.
            positions = Math.Min(positions ?? int.MaxValue, config.Int("max_trained_positions") ?? DefaultTrainedPositions);
        }

        if (positions is { } count && count <= reserved)
        {
            throw config.Refuse($"max_position_embeddings is {count}, of which {type} reserves {reserved}");
        }

        var labels =
            architecture.EndsWith("ForSequenceClassification", StringComparison.Ordinal)
            || architecture.EndsWith("ForTokenClassification", StringComparison.Ordinal)
                ? ReadLabels(config)
                : Array.Empty<string>();
        return new ModelConfig
        {
            ModelType = type,
            HiddenSize = config.Int("hidden_size", "dim", "d_model", "n_embd", "emb_dim") is { } size and > 0
                ? size
                : throw config.Refuse(FolderContents.NoWidth(type, config.Has("text_config"))),
            Positions = positions - reserved,
            MostTokens = IsBounded(type, config) ? positions - reserved : null,
            FirstPosition = reserved,
            PadId = padId,
            VocabularySize = config.Int("vocab_size"),
            NamesOwnCode = config.Has("auto_map") && !Published.Contains(type),
            Labels = labels,
            LabelIds = labels.Length > 0 ? config.Numbers("label2id") : new Dictionary<string, int>(),
            ProblemType = config.Text("problem_type"),
            Architecture = architecture.Length > 0 ? architecture : null,
        };
    }

    /// <summary>Of a model that has no config.json of a transformer.</summary>
    internal static ModelConfig Static(int width, int tokens) =>
        new()
        {
            ModelType = "static",
            HiddenSize = width,
            Positions = null,
            MostTokens = null,
            FirstPosition = 0,
            PadId = 0,
            VocabularySize = tokens,
            Labels = [],
            ProblemType = null,
        };

    /// <summary>Whether positions come out of a table, or change their meaning beyond what the model was trained for.</summary>
    static bool IsBounded(string type, ModelJson config) =>
        !AnyPositions.Contains(type)
        || (type is "deberta" or "deberta-v2" && config.Flag("position_biased_input") != false)
        || config.Has("rotary_scaling_factor")
        || config.Mentions("rope_scaling", Dynamic)
        || config.Mentions("rope_parameters", Dynamic);

    static string[] ReadLabels(ModelJson config)
    {
        var map = config.Map("id2label");
        // The library's own default when neither key is there is two labels.
        var count = map.Count > 0 ? map.Count : config.Int("num_labels", "_num_labels") ?? 2;
        var labels = new string[count];
        for (var i = 0; i < count; i++)
        {
            labels[i] =
                map.Count == 0 ? $"LABEL_{i}"
                : map.TryGetValue(i.ToString(), out var label) ? label
                : throw config.Refuse($"id2label has {count} entries but none for {i}");
        }

        return labels;
    }
}
