using System.Text.Json;
using ProcessingJob.Models.Configs;

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

    /// <summary>Id of the model's unknown token; null where it has none.</summary>
    public static int? UnknownToken(string folder)
    {
        if (Root(folder) is not { } root || !root.TryGetProperty("model", out var model) || model.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        return model.TryGetProperty("unk_token", out var token) && token.ValueKind == JsonValueKind.String
                ? Find(folder, token.GetString()!)
            : model.TryGetProperty("unk_id", out var number) && number.ValueKind == JsonValueKind.Number ? number.GetInt32()
            : null;
    }

    /// <summary>The median of all tokens' lengths in code points, rounded down.</summary>
    public static int MedianLength(string folder)
    {
        var tokens = new HashSet<string>(StringComparer.Ordinal);
        if (Root(folder) is { } root)
        {
            if (root.TryGetProperty("added_tokens", out var added) && added.ValueKind == JsonValueKind.Array)
            {
                tokens.UnionWith(added.EnumerateArray().Select(entry => entry.GetProperty("content").GetString()!));
            }

            if (root.TryGetProperty("model", out var model) && model.TryGetProperty("vocab", out var vocabulary))
            {
                tokens.UnionWith(
                    vocabulary.ValueKind == JsonValueKind.Object
                        ? vocabulary.EnumerateObject().Select(entry => entry.Name)
                        : vocabulary.EnumerateArray().Select(entry => entry[0].GetString()!)
                );
            }
        }

        int[] lengths = [.. tokens.Select(token => token.EnumerateRunes().Count()).Order()];
        return lengths.Length == 0 ? 0 : (lengths[(lengths.Length - 1) / 2] + lengths[lengths.Length / 2]) / 2;
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
