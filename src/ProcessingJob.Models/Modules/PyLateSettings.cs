namespace ProcessingJob.Models.Modules;

/// <summary>What PyLate's folders say in config_sentence_transformers.json (lightonai.github.io/pylate).</summary>
/// <param name="SkippedWords">Null: all ASCII punctuation.</param>
sealed record PyLateSettings(
    string? QueryPrefix,
    string? DocumentPrefix,
    int? QueryLength,
    int? DocumentLength,
    ExpansionSettings? Expansion,
    IReadOnlyList<string>? SkippedWords
)
{
    public const string ModelType = "ColBERT";

    const int DefaultQueryLength = 32;

    public bool HasPrefixes => QueryPrefix is not null || DocumentPrefix is not null;

    /// <summary>Null where the file has none of PyLate's keys and does not say that it is PyLate's.</summary>
    public static PyLateSettings? Read(ModuleConfig config, bool isPyLate)
    {
        var queryPrefix = config.Text("query_prefix");
        var documentPrefix = config.Text("document_prefix");
        var queryLength = config.Int("query_length", 1);
        var documentLength = config.Int("document_length", 1);
        var attend = config.Flag("attend_to_expansion_tokens") ?? config.Flag("attend_to_mask_tokens") ?? false;
        var expand = config.Flag("do_query_expansion") ?? true;
        var expansion = ExpansionSettings.Read(config.Object("query_expansion"));
        var words = config.Texts("skiplist_words");
        config.Flag("attend_to_mask_tokens");
        var found = queryPrefix is not null || documentPrefix is not null || queryLength is not null || documentLength is not null;
        return !found && !isPyLate
            ? null
            : new PyLateSettings(
                queryPrefix,
                documentPrefix,
                queryLength,
                documentLength,
                expansion ?? (expand ? new ExpansionSettings(true, queryLength ?? DefaultQueryLength, attend, null) : null),
                words
            );
    }
}
