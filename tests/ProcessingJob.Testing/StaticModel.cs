namespace ProcessingJob.Testing;

/// <summary>
/// The smallest model folder that embeds: a table of three tokens, two floats each. For tests whose worker runs no model.
/// </summary>
public static class StaticModel
{
    const string Header = """{"embedding.weight":{"dtype":"F32","shape":[3,2],"data_offsets":[0,24]}}""";

    /// <summary>Content by name; the weights are 0.5 and 2, whose bytes are characters.</summary>
    public static IReadOnlyDictionary<string, string> Files { get; } =
        new Dictionary<string, string>
        {
            ["config.json"] = "{}",
            ["modules.json"] = """[{"idx":0,"name":"0","path":"","type":"sentence_transformers.models.StaticEmbedding"}]""",
            ["tokenizer.json"] =
                """{"version":"1.0","added_tokens":[],"pre_tokenizer":{"type":"Whitespace"},"model":{"type":"WordLevel","vocab":{"[UNK]":0,"line":1,"file":2},"unk_token":"[UNK]"}}""",
            ["model.safetensors"] =
                (char)Header.Length + new string('\0', 7) + Header + string.Concat(Enumerable.Repeat("\0\0\0\x3f\0\0\0\x40", 3)),
        };

    public static void Write(TempFolder folder, string name)
    {
        foreach (var (file, content) in Files)
        {
            folder.Write($"{name}/{file}", content);
        }
    }
}
