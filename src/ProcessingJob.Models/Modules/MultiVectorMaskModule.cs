using System.Text.Json;

namespace ProcessingJob.Models.Modules;

/// <summary>Which tokens' vectors are kept.</summary>
/// <param name="SkippedWords">Left out where the text is of one of the tasks; each is looked up as one token.</param>
/// <param name="SkippingTasks">query, document; a text without a task counts as document.</param>
/// <param name="KeptTokens">Ids that alone are kept of what is no query; null: all.</param>
public sealed record MultiVectorMaskModule(
    IReadOnlyList<string> SkippedWords,
    IReadOnlyList<string> SkippingTasks,
    IReadOnlyList<int>? KeptTokens
) : SentenceModule
{
    public override string Name => "MultiVectorMask";

    public override string Summary => $"{SkippedWords.Count} words left out of {string.Join(" and ", SkippingTasks)}";

    internal static MultiVectorMaskModule Read(ModuleSource source)
    {
        var config = source.Config("config.json");
        var words = config.Texts("skiplist_words") ?? [];
        var tasks = config.Texts("skiplist_tasks") ?? ["document"];
        int[]? kept = null;
        if (config.Any("keep_only_token_ids") is { } ids)
        {
            kept =
                ids.ValueKind == JsonValueKind.Array
                && ids.EnumerateArray().All(v => v.ValueKind == JsonValueKind.Number && v.TryGetInt32(out _))
                    ? [.. ids.EnumerateArray().Select(v => v.GetInt32())]
                    : throw config.Refuse("keep_only_token_ids", ids, "a list of token ids");
        }

        config.Close();
        return tasks.FirstOrDefault(task => task is not ("query" or "document")) is { } unknown
            ? throw config.Refuse($"skiplist_tasks names {unknown}, expected query or document")
            : new MultiVectorMaskModule(words, tasks, kept);
    }
}
