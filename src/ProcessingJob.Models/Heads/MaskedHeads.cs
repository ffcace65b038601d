using ProcessingJob.Models.Configs;
using ProcessingJob.Models.Graphs;

namespace ProcessingJob.Models.Heads;

/// <summary>
/// Language models, masked ones (also SPLADE's) and causal ones: a transform of every token, then the decoder, which is the word
/// embeddings where the checkpoint has none of its own.
/// </summary>
static class MaskedHeads
{
    const string BertWords = "embeddings.word_embeddings.weight";

    /// <summary>BERT: cls.predictions.</summary>
    public static VocabularyDecoder Bert(GraphBuilder g, ConfigReader c, Value x)
    {
        const string head = "cls.predictions";
        var act = c.Activation("hidden_act");
        var y = Transform(g, x, head + ".transform.dense", head + ".transform.LayerNorm", act, c.Epsilon("layer_norm_eps"), x.Width);
        return Decode(g, c, y, head + ".decoder", BertWords, [head + ".decoder.bias", head + ".bias"]);
    }

    /// <summary>nomic_bert writes the norm in small letters.</summary>
    public static VocabularyDecoder Nomic(GraphBuilder g, ConfigReader c, Value x)
    {
        const string head = "cls.predictions";
        var norm = g.Has(head + ".transform.layer_norm.weight") ? ".transform.layer_norm" : ".transform.LayerNorm";
        var eps = c.Epsilon(c.Has("layer_norm_epsilon") ? "layer_norm_epsilon" : "layer_norm_eps"); // the first as published
        var act = c.Activation("hidden_act");
        var y = Transform(g, x, head + ".transform.dense", head + norm, act, eps, x.Width);
        return Decode(g, c, y, head + ".decoder", BertWords, [head + ".decoder.bias", head + ".bias"]);
    }

    /// <summary>RoBERTa: lm_head., erf gelu whatever hidden_act says.</summary>
    public static VocabularyDecoder Roberta(GraphBuilder g, ConfigReader c, Value x)
    {
        var norm = g.Has("lm_head.norm.weight") ? "lm_head.norm" : "lm_head.layer_norm"; // GTE's published name
        var y = Transform(g, x, "lm_head.dense", norm, Activation.Gelu, c.Epsilon("layer_norm_eps"), x.Width);
        return Decode(g, c, y, "lm_head.decoder", BertWords, ["lm_head.decoder.bias", "lm_head.bias"]);
    }

    public static VocabularyDecoder DistilBert(GraphBuilder g, ConfigReader c, Value x)
    {
        var y = Transform(g, x, "vocab_transform", "vocab_layer_norm", c.Activation("activation"), 1e-12, x.Width);
        return Decode(g, c, y, "vocab_projector", BertWords, ["vocab_projector.bias"]);
    }

    /// <summary>ALBERT: back to the width of the embeddings.</summary>
    public static VocabularyDecoder Albert(GraphBuilder g, ConfigReader c, Value x)
    {
        var width = c.Size("embedding_size");
        var act = c.Activation("hidden_act");
        var y = Transform(g, x, "predictions.dense", "predictions.LayerNorm", act, c.Epsilon("layer_norm_eps"), width);
        return Decode(g, c, y, "predictions.decoder", BertWords, ["predictions.decoder.bias", "predictions.bias"]);
    }

    /// <summary>ELECTRA's generator, and ConvBERT: erf gelu always.</summary>
    public static VocabularyDecoder Electra(GraphBuilder g, ConfigReader c, Value x)
    {
        const string head = "generator_predictions";
        var eps = c.Epsilon("layer_norm_eps");
        var y = Transform(g, x, head + ".dense", head + ".LayerNorm", Activation.Gelu, eps, c.Size("embedding_size"));
        return Decode(g, c, y, "generator_lm_head", BertWords, ["generator_lm_head.bias"]);
    }

    /// <summary>
    /// DeBERTa: two heads, told apart by their tensors, as a config may lack "legacy" where its checkpoint has the new head.
    /// </summary>
    public static VocabularyDecoder Deberta(GraphBuilder g, ConfigReader c, Value x)
    {
        const string head = "lm_predictions.lm_head";
        if (!g.Has(head + ".dense.weight"))
        {
            return Bert(g, c, x);
        }

        var y = Transform(g, x, head + ".dense", head + ".LayerNorm", c.Activation("hidden_act"), c.Epsilon("layer_norm_eps"), x.Width);
        return Decode(g, c, y, "", BertWords, [head + ".bias"]);
    }

    public static VocabularyDecoder ModernBert(GraphBuilder g, ConfigReader c, Value x) =>
        Decode(
            g,
            c,
            TokenHeads.ModernBertHead(g, c, x),
            "decoder",
            "embeddings.tok_embeddings.weight",
            c.Flag("decoder_bias") ? ["decoder.bias"] : []
        );

    /// <summary>Causal language models: no transform, no bias.</summary>
    public static VocabularyDecoder Causal(GraphBuilder g, ConfigReader c, Value x) =>
        Decode(g, c, x, "lm_head", "embed_tokens.weight", []);

    public static VocabularyDecoder EuroBert(GraphBuilder g, ConfigReader c, Value x) =>
        Decode(g, c, x, "lm_head", "embed_tokens.weight", c.Flag("mlp_bias") ? ["lm_head.bias"] : []);

    /// <summary>RemBERT: its own output width, and a decoder that is never tied.</summary>
    public static VocabularyDecoder RemBert(GraphBuilder g, ConfigReader c, Value x)
    {
        const string head = "cls.predictions";
        var width = c.Size("output_embedding_size");
        var y = Transform(g, x, head + ".dense", head + ".LayerNorm", c.Activation("hidden_act"), c.Epsilon("layer_norm_eps"), width);
        return Decode(g, c, y, head + ".decoder", null, [head + ".decoder.bias"]);
    }

    static Value Transform(GraphBuilder g, Value x, string dense, string norm, Activation activation, double epsilon, int width) =>
        g.Normalize(g.LinearActivation(x, dense, width, activation), Norm.Layer(norm, epsilon));

    /// <param name="decoder">Its own tensor, without <c>.weight</c>; "" for none.</param>
    /// <param name="words">The word embeddings, without prefix, for a tied decoder.</param>
    /// <param name="biases">The first that is there is used: of an untied head the decoder's own. Empty: the head has none.</param>
    static VocabularyDecoder Decode(GraphBuilder g, ConfigReader c, Value x, string decoder, string? words, string[] biases)
    {
        var own = decoder + ".weight";
        if (words is not null && decoder.Length > 0 && !g.Has(own) && !c.Flag("tie_word_embeddings"))
        {
            throw c.Refuse($"tie_word_embeddings is false, but the checkpoint has no {own}: transformers would make up an untrained one");
        }

        var weight = words is null || g.Has(own) ? own : g.Prefix + words;
        var bias = biases.Length == 0 ? null : Array.Find(biases, g.Has) ?? biases[^1];
        return new VocabularyDecoder(
            x,
            g.Tensor(weight, g.VocabularySize, x.Width),
            bias is null ? null : g.Tensor(bias, g.VocabularySize)
        );
    }
}
