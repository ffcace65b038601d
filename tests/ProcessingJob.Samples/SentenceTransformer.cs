using System.Text.Json.Nodes;

namespace ProcessingJob.Samples;

/// <summary>The files that make a model folder one of sentence-transformers.</summary>
static class SentenceTransformer
{
    static readonly string[] Poolings =
    [
        "cls_token",
        "mean_tokens",
        "max_tokens",
        "mean_sqrt_len_tokens",
        "weightedmean_tokens",
        "lasttoken",
    ];

    /// <exception cref="ArgumentException">The pooling is unknown.</exception>
    public static void Write(string folder, string pooling, SampleModelOptions options)
    {
        var chosen =
            Poolings.SingleOrDefault(name => name == pooling || name == pooling + "_token" || name == pooling + "_tokens")
            ?? throw new ArgumentException(
                $"Pooling '{pooling}' is not one of mean, cls, max, lasttoken, weightedmean, mean_sqrt_len_tokens."
            );
        var modules = new JsonArray(Module(0, "", "Transformer"), Module(1, "1_Pooling", "Pooling"));
        if (options.Normalize)
        {
            modules.Add(Module(2, "2_Normalize", "Normalize"));
            Directory.CreateDirectory(Path.Combine(folder, "2_Normalize"));
        }

        var modes = new JsonObject { ["word_embedding_dimension"] = options.Size.Hidden };
        foreach (var name in Poolings)
        {
            modes["pooling_mode_" + name] = name == chosen;
        }

        modes["include_prompt"] = true;

        JsonFile.Write(Path.Combine(folder, "modules.json"), modules);
        JsonFile.Write(Path.Combine(folder, "1_Pooling", "config.json"), modes);
        JsonFile.Write(
            Path.Combine(folder, "sentence_bert_config.json"),
            new JsonObject { ["max_seq_length"] = options.MaxSequenceLength ?? options.Size.MaxLength, ["do_lower_case"] = false }
        );
        JsonFile.Write(
            Path.Combine(folder, "config_sentence_transformers.json"),
            new JsonObject
            {
                ["prompts"] = new JsonObject(
                    options.Prompts.Select(prompt => KeyValuePair.Create<string, JsonNode?>(prompt.Key, prompt.Value))
                ),
                ["default_prompt_name"] = null,
                ["similarity_fn_name"] = "cosine",
            }
        );
    }

    static JsonObject Module(int index, string path, string type) =>
        new()
        {
            ["idx"] = index,
            ["name"] = $"{index}",
            ["path"] = path,
            ["type"] = $"sentence_transformers.models.{type}",
        };
}
