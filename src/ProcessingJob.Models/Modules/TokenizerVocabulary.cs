using System.Text.Json;
using ProcessingJob.Models.Folders;

namespace ProcessingJob.Models.Modules;

/// <summary>The little that modules ask of tokenizer.json; texts are encoded elsewhere.</summary>
static class TokenizerVocabulary
{
    /// <summary>Id of a whole token; null where there is none.</summary>
    public static int? Find(string folder, string token)
    {
        if (Root(folder) is not { } root)
        {
            return null;
        }

        if (root.TryGetProperty("added_tokens", out var added) && added.ValueKind == JsonValueKind.Array)
        {
            foreach (var entry in added.EnumerateArray())
            {
                if (
                    entry.ValueKind == JsonValueKind.Object
                    && entry.TryGetProperty("content", out var content)
                    && content.ValueEquals(token)
                    && entry.TryGetProperty("id", out var number)
                    && number.TryGetInt32(out var addedId)
                )
                {
                    return addedId;
                }
            }
        }

        return
            root.TryGetProperty("model", out var model)
            && model.ValueKind == JsonValueKind.Object
            && model.TryGetProperty("vocab", out var vocabulary)
            && vocabulary.ValueKind == JsonValueKind.Object
            && vocabulary.TryGetProperty(token, out var value)
            && value.TryGetInt32(out var id)
            ? id
            : null;
    }

    /// <summary>Tokens that the file's own truncation leaves; null for all.</summary>
    public static int? TruncationLength(string folder) =>
        Root(folder) is { } root
        && root.TryGetProperty("truncation", out var truncation)
        && truncation.ValueKind == JsonValueKind.Object
        && truncation.TryGetProperty("max_length", out var value)
        && value.TryGetInt32(out var length)
            ? length
            : null;

    static JsonElement? Root(string folder) =>
        ModelJson.Root(Path.Combine(folder, "tokenizer.json")) is { ValueKind: JsonValueKind.Object } root ? root : null;
}
