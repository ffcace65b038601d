using System.Text.Json.Nodes;

namespace ProcessingJob.Samples.Tokenizers;

/// <summary>A tokenizer as its files say it.</summary>
/// <param name="Json">tokenizer.json.</param>
/// <param name="ClassName">tokenizer_config.json's <c>tokenizer_class</c>.</param>
/// <param name="SpecialTokens">special_tokens_map.json: role to token.</param>
/// <param name="Vocabulary">Highest id + 1.</param>
sealed record TokenizerJson(JsonObject Json, string ClassName, IReadOnlyDictionary<string, string> SpecialTokens, int Vocabulary)
{
    /// <summary>The layout every family shares; the parts that differ are given.</summary>
    public static JsonObject Compose(
        IEnumerable<(string Token, int Id)> added,
        JsonNode? normalizer,
        JsonNode preTokenizer,
        JsonNode postProcessor,
        JsonNode decoder,
        JsonNode model
    ) =>
        new()
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = new JsonArray([.. added.Select(entry => AddedToken(entry.Token, entry.Id))]),
            ["normalizer"] = normalizer,
            ["pre_tokenizer"] = preTokenizer,
            ["post_processor"] = postProcessor,
            ["decoder"] = decoder,
            ["model"] = model,
        };

    /// <summary>Ids in order of the list.</summary>
    public static JsonObject Vocab(IReadOnlyList<string> tokens) =>
        new(tokens.Select((token, id) => KeyValuePair.Create<string, JsonNode?>(token, id)));

    // A mask token swallows the space before it, in the families whose words carry theirs.
    static JsonObject AddedToken(string token, int id) =>
        new JsonObject
        {
            ["id"] = id,
            ["content"] = token,
            ["single_word"] = false,
            ["lstrip"] = token == "<mask>",
            ["rstrip"] = false,
            ["normalized"] = false,
            ["special"] = true,
        };
}
