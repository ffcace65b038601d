using System.Text.Json;

namespace ProcessingJob.Models.Modules;

/// <summary>Reads the configuration of a Transformer module: sentence_bert_config.json, or one of its older names.</summary>
static class TransformerReader
{
    static readonly string[] FileNames =
    [
        "sentence_bert_config.json",
        "sentence_roberta_config.json",
        "sentence_distilbert_config.json",
        "sentence_camembert_config.json",
        "sentence_albert_config.json",
        "sentence_xlm-roberta_config.json",
        "sentence_xlnet_config.json",
    ];

    /// <summary>Arguments of from_pretrained that say how a model is loaded and not what it computes.</summary>
    static readonly string[] LoadingArguments =
    [
        "trust_remote_code",
        "revision",
        "cache_dir",
        "token",
        "use_auth_token",
        "local_files_only",
        "torch_dtype",
        "dtype",
        "attn_implementation",
        "low_cpu_mem_usage",
        "device_map",
        "use_safetensors",
        "use_fast",
        "padding_side",
    ];

    public static TransformerModule Read(ModuleSource source, string defaultTask)
    {
        if (FileNames.Select(source.TryConfig).FirstOrDefault(c => c is not null && c.Keys.Any()) is not { } config)
        {
            return TransformerModule.Plain(source.Folder, defaultTask);
        }

        var task = config.Text("transformer_task") ?? defaultTask;
        var usual = TransformerModule.FeatureOf(task) ?? throw config.Refuse($"transformer_task {task} is not supported");
        var (output, layer) = ReadOutput(config, source.Folder) ?? DefaultOutput(task);
        var feature = config.Text("module_output_name") ?? (output == TransformerOutput.PoolerOutput ? Features.Sentence : usual);
        var expected = output == TransformerOutput.PoolerOutput ? Features.Sentence : usual;
        var tokenizerLimit = TokenizerLimit(config);
        var maxLength = config.Int("max_seq_length", 1);
        var module = new TransformerModule
        {
            Folder = source.Folder,
            Task = task,
            Output = output,
            Layer = layer,
            Feature = feature,
            MaxSequenceLength = tokenizerLimit ?? maxLength,
            ProcessingLength = ProcessingLength(config),
            QueryLength = config.Int("query_length", 1),
            DocumentLength = config.Int("document_length", 1),
            LowerCase = config.Flag("do_lower_case") ?? false,
            Expansion = ExpansionSettings.Read(config.Object("query_expansion")),
        };
        // Decides how texts are packed, not what they become.
        config.Close("unpad_inputs");
        // After it: a key that is misspelled explains more.
        if ((output == TransformerOutput.Logits) == (task == TransformerModule.FeatureExtraction))
        {
            throw config.Refuse($"the output {output} does not fit transformer_task {task}");
        }

        if (feature != expected)
        {
            throw config.Refuse($"module_output_name is {feature}, expected {expected} for this output");
        }

        return module;
    }

    static (TransformerOutput, int) DefaultOutput(string task) =>
        (task == TransformerModule.FeatureExtraction ? TransformerOutput.LastHiddenState : TransformerOutput.Logits, 0);

    static (TransformerOutput, int)? ReadOutput(ModuleConfig config, string folder)
    {
        if (config.Object("modality_config") is not { } modalities)
        {
            return null;
        }

        if (modalities.Any("message") is not null)
        {
            throw ChatTemplates.Refuse(folder);
        }

        var text = modalities.Object("text") ?? throw config.Refuse("modality_config has no text: this is no model of texts");
        if (text.Text("method") is { } method && method != "forward")
        {
            throw config.Refuse($"modality_config.text.method is {method}, expected forward");
        }

        var name = text.Any("method_output_name");
        text.Close("format");
        return name is { } given ? ParseOutput(given) ?? throw text.Refuse("method_output_name", given, Expected) : null;
    }

    const string Expected = "last_hidden_state, pooler_output, logits or [\"hidden_states\", n]";

    static (TransformerOutput, int)? ParseOutput(JsonElement name)
    {
        JsonElement[] steps = name.ValueKind == JsonValueKind.Array ? [.. name.EnumerateArray()] : [name];
        if (steps.Length == 0 || steps[0].ValueKind != JsonValueKind.String)
        {
            return null;
        }

        return (steps[0].GetString(), steps.Length) switch
        {
            ("last_hidden_state", 1) => (TransformerOutput.LastHiddenState, 0),
            ("pooler_output", 1) => (TransformerOutput.PoolerOutput, 0),
            ("logits", 1) => (TransformerOutput.Logits, 0),
            ("hidden_states", 2) when steps[1].ValueKind == JsonValueKind.Number && steps[1].TryGetInt32(out var layer) => (
                TransformerOutput.HiddenState,
                layer
            ),
            _ => null,
        };
    }

    /// <summary>Checks what was given to from_pretrained; returns the tokenizer's model_max_length where that was given.</summary>
    static int? TokenizerLimit(ModuleConfig config)
    {
        int? limit = null;
        foreach (var key in (string[])["tokenizer_args", "tokenizer_kwargs", "processor_kwargs"])
        {
            if (config.Object(key) is { } arguments)
            {
                limit = arguments.Int("model_max_length", 1) ?? limit;
                arguments.Close(LoadingArguments);
            }
        }

        foreach (var key in (string[])["model_args", "model_kwargs", "config_args", "config_kwargs"])
        {
            config.Object(key)?.Close(LoadingArguments);
        }

        return config.Text("tokenizer_name_or_path") is { } other
            ? throw config.Refuse($"tokenizer_name_or_path {other}: a tokenizer of another folder is not supported")
            : limit;
    }

    static int? ProcessingLength(ModuleConfig config)
    {
        int? length = null;
        if (config.Object("processing_kwargs") is not { } processing)
        {
            return null;
        }

        foreach (var key in (string[])["common", "text"])
        {
            if (processing.Object(key) is not { } arguments)
            {
                continue;
            }

            length = arguments.Int("max_length", 1) ?? length;
            RequireOneOf(arguments, "truncation", "true", "\"longest_first\"");
            RequireOneOf(arguments, "add_special_tokens", "true");
            // Padding has mask 0, and each text is computed as if it were alone.
            arguments.Close("padding", "padding_side", "pad_to_multiple_of", "return_tensors", "logits_to_keep");
        }

        // Chat templates apply to messages only.
        processing.Close("chat_template");
        return length;
    }

    static void RequireOneOf(ModuleConfig arguments, string key, params string[] allowed)
    {
        if (arguments.Any(key) is { } value && !allowed.Contains(value.GetRawText()))
        {
            throw arguments.Refuse(key, value, string.Join(" or ", allowed));
        }
    }
}
