using System.Text.Json;
using System.Text.Json.Nodes;

namespace ProcessingJob.Models.Configs;

/// <summary>
/// What a key means where config.json leaves it out: the defaults of the configuration classes of transformers 5.24. Sizes have none,
/// as every published file gives them.
/// </summary>
static class ConfigDefaults
{
    const string Bert = """{ "hidden_act": "gelu", "layer_norm_eps": 1e-12, "pad_token_id": 0, "type_vocab_size": 2 }""";
    const string Roberta = """{ "hidden_act": "gelu", "layer_norm_eps": 1e-12, "pad_token_id": 1, "type_vocab_size": 2 }""";
    const string RobertaFive = """{ "hidden_act": "gelu", "layer_norm_eps": 1e-5, "pad_token_id": 1, "type_vocab_size": 1 }""";
    const string Llama = """
        {
          "hidden_act": "silu", "rms_norm_eps": 1e-6, "attention_bias": false, "mlp_bias": false, "rope_theta": 10000.0,
          "classifier_pooling": "late", "tie_word_embeddings": false
        }
        """;
    const string Deberta = """
        {
          "hidden_act": "gelu", "layer_norm_eps": 1e-7, "type_vocab_size": 0, "relative_attention": false, "position_biased_input": true,
          "max_relative_positions": -1, "position_buckets": -1, "share_att_key": false, "norm_rel_ebd": "none",
          "pooler_hidden_act": "gelu", "conv_kernel_size": 0, "conv_act": "tanh", "conv_groups": 1
        }
        """;

    static readonly Dictionary<string, JsonElement> Table = new(StringComparer.Ordinal)
    {
        ["bert"] = Json(Bert),
        ["megatron-bert"] = Json(Bert),
        ["rembert"] = Json(Bert),
        ["ernie"] = Json(Bert, """{ "use_task_id": false }"""),
        ["electra"] = Json(Bert, """{ "embedding_size": 128 }"""),
        ["roberta"] = Json(Roberta),
        ["xlm-roberta"] = Json(Roberta),
        ["camembert"] = Json(Roberta),
        ["roberta-prelayernorm"] = Json(Roberta),
        ["mpnet"] = Json(Roberta),
        ["xlm-roberta-xl"] = Json(RobertaFive),
        ["jina_embeddings_v3"] = Json(RobertaFive, """{ "rope_theta": 20000.0 }"""),
        ["distilbert"] = Json("""{ "activation": "gelu", "pad_token_id": 0 }"""),
        ["albert"] = Json(Bert, """{ "hidden_act": "gelu_new", "embedding_size": 128, "num_hidden_groups": 1, "inner_group_num": 1 }"""),
        ["deberta"] = Json(Deberta),
        ["deberta-v2"] = Json(Deberta),
        ["modernbert"] = Json(
            """
            {
              "hidden_activation": "gelu", "classifier_activation": "gelu", "norm_eps": 1e-5, "local_attention": 128,
              "global_attn_every_n_layers": 3, "global_rope_theta": 160000.0, "local_rope_theta": 10000.0, "classifier_pooling": "cls",
              "decoder_bias": true, "classifier_bias": false, "attention_bias": false, "mlp_bias": false, "norm_bias": false
            }
            """
        ),
        ["nomic_bert"] = Json(
            """{ "hidden_act": "silu", "layer_norm_eps": 1e-12, "type_vocab_size": 2, "rope_theta": 1000.0, "pad_token_id": 0 }"""
        ),
        ["gte"] = Json(
            """{ "hidden_act": "gelu", "layer_norm_eps": 1e-12, "type_vocab_size": 1, "rope_theta": 160000.0, "pad_token_id": 1 }"""
        ),
        ["new"] = Json("""{ "hidden_act": "gelu", "layer_norm_eps": 1e-12, "type_vocab_size": 1, "pad_token_id": 0 }"""),
        ["t5"] = Json(T5("relu")),
        ["mt5"] = Json(T5("gated-gelu")),
        ["llama"] = Json(Llama),
        ["eurobert"] = Json(Llama, """{ "rms_norm_eps": 1e-5 }"""),
        ["mistral"] = Json(Llama, """{ "num_key_value_heads": 8, "sliding_window": 4096 }"""),
        ["qwen3"] = Json(
            Llama,
            """
            {
              "num_key_value_heads": 32, "head_dim": 128, "use_sliding_window": false, "sliding_window": 4096, "max_window_layers": 28
            }
            """
        ),
        ["gemma3_text"] = Json(
            """
            {
              "hidden_activation": "gelu_pytorch_tanh", "rms_norm_eps": 1e-6, "num_key_value_heads": 4, "head_dim": 256,
              "query_pre_attn_scalar": 256, "sliding_window": 4096, "sliding_window_pattern": 6, "attention_bias": false,
              "rope_theta": 1000000.0, "rope_local_base_freq": 10000.0, "use_bidirectional_attention": false
            }
            """
        ),
        ["clip_text_model"] = Json("""{ "hidden_act": "quick_gelu", "layer_norm_eps": 1e-5, "eos_token_id": 49407 }"""),
    };

    static readonly JsonElement Common = Json();

    /// <summary>An object; of a family that is not known, what all have.</summary>
    public static JsonElement Of(string modelType) => Table.GetValueOrDefault(modelType, Common);

    static string T5(string activation) =>
        $$"""
            {
              "d_kv": 64, "layer_norm_epsilon": 1e-6, "relative_attention_num_buckets": 32, "relative_attention_max_distance": 128,
              "feed_forward_proj": "{{activation}}"
            }
            """;

    /// <summary>The objects together, over what all families have; a key of a later one wins.</summary>
    static JsonElement Json(params ReadOnlySpan<string> objects)
    {
        var all = new JsonObject { ["tie_word_embeddings"] = true };
        foreach (var text in objects)
        {
            foreach (var (key, value) in JsonNode.Parse(text)!.AsObject())
            {
                all[key] = value?.DeepClone();
            }
        }

        return JsonSerializer.SerializeToElement(all);
    }
}
