using System.Text.Json.Nodes;
using ProcessingJob.Samples.Graphs;

namespace ProcessingJob.Samples;

/// <summary>config.json, with the key names each family has in transformers.</summary>
static class ModelConfig
{
    public static JsonObject Build(SampleModelOptions options)
    {
        var (traits, size) = (FamilyTraits.Of(options.Family), options.Size);
        var suffix = options.Head switch
        {
            ModelHead.QuestionAnswering => "ForQuestionAnswering",
            ModelHead.SequenceClassification => "ForSequenceClassification",
            _ => "Model",
        };
        var config = new JsonObject
        {
            ["architectures"] = new JsonArray(traits.ClassName + suffix),
            ["model_type"] = traits.ModelType,
            ["vocab_size"] = size.Vocabulary,
            ["max_position_embeddings"] = traits.Positions(size),
            ["pad_token_id"] = traits.PadId,
            ["initializer_range"] = 0.02,
        };
        Merge(config, options.Family == ModelFamily.DistilBert ? DistilBert(size) : Bert(traits, size));
        if (options.Head == ModelHead.SequenceClassification)
        {
            config["id2label"] = new JsonObject(
                options.Labels.Select((label, id) => KeyValuePair.Create<string, JsonNode?>($"{id}", label))
            );
            config["label2id"] = new JsonObject(options.Labels.Select((label, id) => KeyValuePair.Create<string, JsonNode?>(label, id)));
            config["problem_type"] = "single_label_classification";
        }

        return config;
    }

    static JsonObject Bert(FamilyTraits traits, ModelSize size)
    {
        var config = new JsonObject
        {
            ["hidden_size"] = size.Hidden,
            ["num_hidden_layers"] = size.Layers,
            ["num_attention_heads"] = size.Heads,
            ["intermediate_size"] = size.Intermediate,
            ["hidden_act"] = "gelu",
            ["hidden_dropout_prob"] = 0.1,
            ["attention_probs_dropout_prob"] = 0.1,
            ["type_vocab_size"] = traits.TokenTypes,
            ["layer_norm_eps"] = (double)(decimal)traits.Epsilon,
            ["position_embedding_type"] = "absolute",
        };
        if (traits.PositionsFromIds)
        {
            Merge(config, new() { ["bos_token_id"] = 0, ["eos_token_id"] = 2 });
        }

        return config;
    }

    static JsonObject DistilBert(ModelSize size) =>
        new()
        {
            ["dim"] = size.Hidden,
            ["n_layers"] = size.Layers,
            ["n_heads"] = size.Heads,
            ["hidden_dim"] = size.Intermediate,
            ["activation"] = "gelu",
            ["dropout"] = 0.1,
            ["attention_dropout"] = 0.1,
            ["sinusoidal_pos_embds"] = false,
        };

    static void Merge(JsonObject into, JsonObject from)
    {
        foreach (var (key, value) in from)
        {
            into[key] = value?.DeepClone();
        }
    }
}
