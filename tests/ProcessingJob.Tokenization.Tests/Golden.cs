using System.Text.Json;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Tokenization.Tests;

/// <summary>A text or a pair with the ids that Hugging Face's own code gives it.</summary>
/// <param name="Types">token_type_ids; null where the tokenizer gives none or the record does not say.</param>
sealed record GoldenText(string Text, string? Pair, int[] Ids, int[]? Types);

/// <summary>The texts of one call of the library, all on one side of a search.</summary>
/// <param name="SaysTypes">Whether the record says of every text if there are types.</param>
sealed record GoldenCall(TextRole Role, string Prompt, bool SaysTypes, IReadOnlyList<GoldenText> Texts)
{
    /// <summary>model2vec's own ids, which lack unknown tokens; sentence-transformers keeps them in the same folder.</summary>
    public bool LacksUnknown { get; init; }
}

/// <summary>The ids in an expected.json, of a transformers, a sentence-transformers or an ONNX folder.</summary>
static class Golden
{
    public static List<GoldenCall> Read(string folder)
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "expected.json")));
        var root = file.RootElement;
        if (root.TryGetProperty("texts", out var texts))
        {
            var encoded = root.GetProperty("inputs").EnumerateArray().ToArray();
            return
            [
                new GoldenCall(
                    TextRole.None,
                    "",
                    SaysTypes: true,
                    [
                        .. texts
                            .EnumerateArray()
                            .Select(
                                (text, i) =>
                                    Of(
                                        text,
                                        encoded[i].GetProperty("input_ids"),
                                        encoded[i].TryGetProperty("token_type_ids", out var types) ? types : null
                                    )
                            ),
                    ]
                ),
            ];
        }

        if (!root.TryGetProperty("calls", out var calls))
        {
            // transformers 4, asked for one pair at a time, took a pair with an empty second text for a single text.
            return [new GoldenCall(TextRole.None, "", SaysTypes: false, [.. Texts(root).Where(text => text.Pair != "")])];
        }

        return
        [
            .. calls
                .EnumerateArray()
                .Where(call => call.TryGetProperty("input_ids", out var ids) && ids.ValueKind == JsonValueKind.Array)
                .Select(call => new GoldenCall(
                    call.GetProperty("call").GetString() switch
                    {
                        "encode_query" => TextRole.Query,
                        "encode_document" => TextRole.Document,
                        _ => TextRole.None,
                    },
                    call.TryGetProperty("prompt_used", out var prompt) ? prompt.GetString() ?? "" : "",
                    SaysTypes: false,
                    Texts(call)
                )
                {
                    LacksUnknown = call.GetProperty("call").GetString()!.StartsWith("model2vec", StringComparison.Ordinal),
                }),
        ];
    }

    /// <summary>max_position_embeddings of the folder's config.json, where sentence-transformers looks for a bound.</summary>
    public static int? Positions(string folder)
    {
        var path = Path.Combine(folder, "config.json");
        if (!File.Exists(path))
        {
            return null;
        }

        using var config = JsonDocument.Parse(File.ReadAllBytes(path));
        return config.RootElement.TryGetProperty("max_position_embeddings", out var positions) ? positions.GetInt32() : null;
    }

    static List<GoldenText> Texts(JsonElement call)
    {
        var ids = call.GetProperty("input_ids").EnumerateArray().ToArray();
        // Where the library itself failed over a text there are no ids.
        return
        [
            .. call.GetProperty("inputs")
                .EnumerateArray()
                .Select((text, i) => (text, ids: ids[i]))
                .Where(pair => pair.ids.ValueKind == JsonValueKind.Array)
                .Select(pair => Of(pair.text, pair.ids, null)),
        ];
    }

    static GoldenText Of(JsonElement text, JsonElement ids, JsonElement? types)
    {
        var pair = text.ValueKind switch
        {
            JsonValueKind.Array => [.. text.EnumerateArray().Select(part => part.GetString()!)],
            JsonValueKind.Object => [.. text.EnumerateObject().Select(part => part.Value.GetString()!)],
            _ => (string[])[text.GetString()!],
        };
        return new GoldenText(pair[0], pair.Length > 1 ? pair[1] : null, Numbers(ids), types is { } given ? Numbers(given) : null);
    }

    static int[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(number => number.GetInt32())];
}
