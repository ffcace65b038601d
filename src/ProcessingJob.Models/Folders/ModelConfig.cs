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

    public required string ModelType { get; init; }

    public required int HiddenSize { get; init; }

    /// <summary>Tokens that have a position; null for relative positions.</summary>
    public required int? Positions { get; init; }

    /// <summary>Position of the first token, for graphs that take position_ids.</summary>
    public required int FirstPosition { get; init; }

    public required int PadId { get; init; }

    public required int? VocabularySize { get; init; }

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
        var positions = config.Int("max_position_embeddings", "n_positions");
        var architecture = config.Texts("architectures") is [var first, ..] ? first : "";
        var reserved = offset ? padId + 1 : 0;
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
                : throw config.Refuse("hidden_size is missing"),
            Positions = positions - reserved,
            FirstPosition = reserved,
            PadId = padId,
            VocabularySize = config.Int("vocab_size"),
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
            FirstPosition = 0,
            PadId = 0,
            VocabularySize = tokens,
            Labels = [],
            ProblemType = null,
        };

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
