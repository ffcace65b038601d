using System.Text.Json.Nodes;

namespace ProcessingJob.Samples.Tokenizers;

/// <summary>The post-processor that puts special tokens around one text or two.</summary>
static class TemplateProcessing
{
    /// <param name="ids">The special tokens and their ids.</param>
    /// <param name="single">Special tokens and <c>A</c>, each with its token type.</param>
    /// <param name="pair">The same with <c>A</c> and <c>B</c>.</param>
    public static JsonObject Build(IReadOnlyDictionary<string, int> ids, (string Name, int Type)[] single, (string Name, int Type)[] pair)
    {
        return new()
        {
            ["type"] = "TemplateProcessing",
            ["single"] = Pieces(single),
            ["pair"] = Pieces(pair),
            ["special_tokens"] = new JsonObject(
                ids.Select(entry =>
                    KeyValuePair.Create<string, JsonNode?>(
                        entry.Key,
                        new JsonObject
                        {
                            ["id"] = entry.Key,
                            ["ids"] = new JsonArray(entry.Value),
                            ["tokens"] = new JsonArray(entry.Key),
                        }
                    )
                )
            ),
        };

        JsonArray Pieces((string Name, int Type)[] parts) =>
            new([
                .. parts.Select(part => new JsonObject
                {
                    [ids.ContainsKey(part.Name) ? "SpecialToken" : "Sequence"] = new JsonObject
                    {
                        ["id"] = part.Name,
                        ["type_id"] = part.Type,
                    },
                }),
            ]);
    }
}
