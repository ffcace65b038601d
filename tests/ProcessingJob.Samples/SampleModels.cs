using System.Text.Json.Nodes;
using ProcessingJob.Samples.Graphs;
using ProcessingJob.Samples.Onnx;
using ProcessingJob.Samples.Tokenizers;

namespace ProcessingJob.Samples;

/// <summary>Writes Hugging Face model folders with random weights.</summary>
public static class SampleModels
{
    /// <summary>
    /// Writes config.json, tokenizer.json, tokenizer_config.json, special_tokens_map.json, the sentence-transformers files of an
    /// encoder and onnx/model.onnx (float32, opset 11, inputs int64 [batch, sequence]) into <paramref name="folder"/>, which is created.
    /// </summary>
    /// <exception cref="ArgumentException">The options do not fit together; the message says which.</exception>
    public static void Write(string folder, SampleModelOptions options)
    {
        if (options.Size.Hidden % options.Size.Heads != 0)
        {
            throw new ArgumentException($"A width of {options.Size.Hidden} cannot be shared by {options.Size.Heads} heads.");
        }

        if (options.Size.Layers < 1)
        {
            throw new ArgumentException($"{options.Size.Layers} layers: at least 1 is needed.");
        }

        var tokenizer = Tokenizer(options);
        options = options with { Size = options.Size with { Vocabulary = tokenizer.Vocabulary } };
        WriteDescription(folder, tokenizer, options);
        OnnxFile.Write(Path.Combine(folder, "onnx", "model.onnx"), EncoderGraph.Build(options));
    }

    /// <summary>All but the ONNX file, for which there is a folder then.</summary>
    internal static void WriteDescription(string folder, TokenizerJson tokenizer, SampleModelOptions options)
    {
        Directory.CreateDirectory(Path.Combine(folder, "onnx"));
        WriteTokenizer(folder, tokenizer, options);
        JsonFile.Write(Path.Combine(folder, "config.json"), ModelConfig.Build(options));
        if (options is { Head: ModelHead.Encoder, Pooling: { } pooling })
        {
            SentenceTransformer.Write(folder, pooling, options);
        }
    }

    static TokenizerJson Tokenizer(SampleModelOptions options) =>
        (options.TokenizerFolder, options.Family) switch
        {
            ({ } given, var family) => GivenTokenizer.Load(given, family),
            (_, ModelFamily.Bert) => WordPieceTokenizer.Train(options.Size.Vocabulary),
            (_, ModelFamily.DistilBert) => WordPieceTokenizer.Train(options.Size.Vocabulary) with { ClassName = "DistilBertTokenizer" },
            (_, ModelFamily.Roberta) => ByteLevelTokenizer.Train(options.Size.Vocabulary),
            _ => UnigramTokenizer.Train(options.Size.Vocabulary),
        };

    static void WriteTokenizer(string folder, TokenizerJson tokenizer, SampleModelOptions options)
    {
        var map = new JsonObject(tokenizer.SpecialTokens.Select(role => KeyValuePair.Create<string, JsonNode?>(role.Key, role.Value)));
        var config = map.DeepClone().AsObject();
        config["model_max_length"] = options.Size.MaxLength;
        config["tokenizer_class"] = tokenizer.ClassName;
        if (tokenizer.Json["normalizer"] is JsonObject normalizer && (string?)normalizer["type"] == "BertNormalizer")
        {
            config["do_lower_case"] = (bool)normalizer["lowercase"]!;
            config["strip_accents"] = normalizer["strip_accents"]?.DeepClone();
            config["tokenize_chinese_chars"] = (bool)normalizer["handle_chinese_chars"]!;
        }

        JsonFile.Write(Path.Combine(folder, "tokenizer.json"), tokenizer.Json);
        JsonFile.Write(Path.Combine(folder, "tokenizer_config.json"), config);
        JsonFile.Write(Path.Combine(folder, "special_tokens_map.json"), map);
    }
}
