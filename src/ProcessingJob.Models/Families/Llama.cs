using ProcessingJob.Models.Configs;
using ProcessingJob.Models.Graphs;

namespace ProcessingJob.Models.Families;

/// <summary>
/// Llama (arxiv.org/abs/2302.13971) and its kind as encoders: Mistral (2310.06825), Qwen3 (2505.09388), and EuroBERT (2503.05500), which
/// sees
/// both ways. Pre-norm with RMS norms, rotary positions, grouped key heads, gated feed-forward.
/// </summary>
static class Llama
{
    public static Value Encode(GraphBuilder g, ConfigReader c)
    {
        c.Require("pretraining_tp", "1", "sliced projections are not implemented");
        return Layers(g, c, IsCausal(c), c.Flag("attention_bias"), c.Flag("mlp_bias"), _ => null);
    }

    public static Value EncodeEuroBert(GraphBuilder g, ConfigReader c) =>
        Layers(g, c, causal: false, c.Flag("attention_bias"), c.Flag("mlp_bias"), _ => null);

    public static Value EncodeMistral(GraphBuilder g, ConfigReader c)
    {
        var window = c.SizeOrNull("sliding_window");
        return Layers(g, c, IsCausal(c), attentionBias: false, mlpBias: false, _ => window);
    }

    public static Value EncodeQwen3(GraphBuilder g, ConfigReader c)
    {
        var (window, first) = (c.SizeOrNull("sliding_window"), c.IntOrNull("max_window_layers"));
        var types = LayerTypes.Of(c, c.Size("num_hidden_layers"), i => i < first);
        var sliding = c.Flag("use_sliding_window");
        return Layers(
            g,
            c,
            IsCausal(c),
            c.Flag("attention_bias"),
            mlpBias: false,
            i => sliding && types[i] == LayerTypes.Sliding ? window : null,
            norms: true
        );
    }

    /// <summary>
    /// False where config.json says is_causal: false, by which transformers 5 (masking_utils.py) lets any decoder see both ways: all
    /// keys, or in layers with a window the keys that are at most the window away.
    /// </summary>
    static bool IsCausal(ConfigReader c) => !c.Has("is_causal") || c.Flag("is_causal");

    /// <param name="window">By a layer's number; null for all keys.</param>
    /// <param name="norms">True where heads of query and key are normalized.</param>
    static Value Layers(
        GraphBuilder g,
        ConfigReader c,
        bool causal,
        bool attentionBias,
        bool mlpBias,
        Func<int, int?> window,
        bool norms = false
    )
    {
        g.Prefix = g.PrefixOf("embed_tokens.weight");
        g.MaxPositions = c.SizeOrNull("max_position_embeddings");
        var (width, inner, layers) = (c.Size("hidden_size"), c.Size("intermediate_size"), c.Size("num_hidden_layers"));
        var (eps, activation) = (c.Epsilon("rms_norm_eps"), c.Activation("hidden_act"));
        var attention = GroupedHeads(c, width) with { Causal = causal };
        attention = attention with { Rope = Rope.Frequencies(c, attention.HeadSize) };

        // The residual stream of such models grows beyond what float16 adds exactly: it stays in float32.
        var x = g.Cast(g.Words(g.Prefix + "embed_tokens.weight", width), ElementType.Float32);
        var y = g.Cast(g.Normalize(x, Norm.Rms(g.Prefix + "layers.0.input_layernorm", eps)), g.Precision);
        for (var i = 0; i < layers; i++)
        {
            g.HiddenState(x);
            var p = $"{g.Prefix}layers.{i}.";
            var self = p + "self_attn.";
            var keys = attention.KeyValueHeads * attention.HeadSize;
            var context = g.Attend(
                g.Linear(y, self + "q_proj", attention.Heads * attention.HeadSize, attentionBias),
                g.Linear(y, self + "k_proj", keys, attentionBias),
                g.Linear(y, self + "v_proj", keys, attentionBias),
                attention with
                {
                    Window = window(i),
                    QueryNorm = norms ? Norm.Rms(self + "q_norm", eps) : null,
                    KeyNorm = norms ? Norm.Rms(self + "k_norm", eps) : null,
                }
            );
            (y, x) = g.LinearAddNormalize(context, self + "o_proj", x, Norm.Rms(p + "post_attention_layernorm", eps), attentionBias);
            var gate = g.LinearActivation(y, p + "mlp.gate_proj", inner, activation, mlpBias);
            var h = g.Multiply(gate, g.Linear(y, p + "mlp.up_proj", inner, mlpBias));
            var next = i + 1 < layers ? $"{g.Prefix}layers.{i + 1}.input_layernorm" : g.Prefix + "norm";
            (y, x) = g.LinearAddNormalize(h, p + "mlp.down_proj", x, Norm.Rms(next, eps), mlpBias);
        }

        return g.HiddenState(y);
    }

    /// <summary>Heads of the query, fewer of key and value, and a head size that need not be width / heads.</summary>
    public static AttentionShape GroupedHeads(ConfigReader c, int width)
    {
        var heads = c.Size("num_attention_heads");
        var groups = c.SizeOrNull("num_key_value_heads") ?? heads;
        if (heads % groups != 0)
        {
            throw c.Wrong("num_key_value_heads", $"a number that divides the {heads} heads");
        }

        var size = c.SizeOrNull("head_dim") ?? width / c.Heads("num_attention_heads", width);
        return new AttentionShape(heads, size) { KeyValueHeads = groups };
    }
}
