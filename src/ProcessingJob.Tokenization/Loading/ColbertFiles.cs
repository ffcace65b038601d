namespace ProcessingJob.Tokenization.Loading;

/// <summary>Lengths and markers of ColBERT folders that PyLate or Stanford's code wrote.</summary>
sealed class ColbertFiles
{
    const int StanfordQueryLength = 32;

    // Any of these in config_sentence_transformers.json is PyLate's.
    static readonly string[] PyLateKeys =
    [
        "query_prefix",
        "document_prefix",
        "query_length",
        "document_length",
        "attend_to_expansion_tokens",
        "attend_to_mask_tokens",
        "do_query_expansion",
        "skiplist_words",
    ];

    public int? QueryLength { get; private init; }

    public int? DocumentLength { get; private init; }

    public bool Expands { get; private init; }

    public bool Attends { get; private init; }

    public IReadOnlyList<string> Markers { get; private init; } = [];

    /// <summary>What such files of the folder say; null where it has none.</summary>
    public static ColbertFiles? Find(TokenizerFolder folder)
    {
        var sentence = Json.ReadIfThere(Path.Combine(folder.Root, "config_sentence_transformers.json"));
        if (PyLateKeys.Any(key => !sentence[key].IsNull))
        {
            return new ColbertFiles
            {
                QueryLength = Number(sentence["query_length"]),
                DocumentLength = Number(sentence["document_length"]),
                Expands = sentence["do_query_expansion"].Flag(true),
                Attends = sentence["attend_to_expansion_tokens"].Flag(sentence["attend_to_mask_tokens"].Flag(false)),
                Markers = Trimmed(sentence["query_prefix"].TextOrNull, sentence["document_prefix"].TextOrNull),
            };
        }

        var config = Json.ReadIfThere(Path.Combine(folder.Root, "config.json"));
        if (!config["architectures"].IsArray || config["architectures"].Items.All(name => name.TextOrNull != "HF_ColBERT"))
        {
            return null;
        }

        var metadata = Json.ReadIfThere(Path.Combine(folder.Root, "artifact.metadata"));
        return new ColbertFiles
        {
            QueryLength = Number(metadata["query_maxlen"]) ?? StanfordQueryLength,
            DocumentLength = Number(metadata["doc_maxlen"]),
            Expands = true,
            Attends = metadata["attend_to_mask_tokens"].Flag(false),
            Markers = Trimmed(metadata["query_token_id"].TextOrNull ?? "[unused0]", metadata["doc_token_id"].TextOrNull ?? "[unused1]"),
        };
    }

    static string[] Trimmed(params string?[] prefixes) =>
        [.. prefixes.Select(prefix => prefix?.Trim() ?? "").Where(prefix => prefix.Length > 0)];

    static int? Number(Json value) => value.IsNull ? null : value.Number;
}
