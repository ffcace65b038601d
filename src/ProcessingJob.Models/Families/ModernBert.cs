using ProcessingJob.Models.Configs;
using ProcessingJob.Models.Graphs;

namespace ProcessingJob.Models.Families;

/// <summary>
/// ModernBERT (arxiv.org/abs/2412.13663): rotary positions, pre-norm, a gated feed-forward, and a window in all but every third layer.
/// </summary>
static class ModernBert
{
    public static Value Encode(GraphBuilder g, ConfigReader c)
    {
        c.Ignore("position_embedding_type", "layer_norm_eps");
        g.Prefix = g.PrefixOf("embeddings.tok_embeddings.weight");
        g.MaxPositions = c.SizeOrNull("max_position_embeddings");
        var width = c.Size("hidden_size");
        var heads = c.Heads("num_attention_heads", width);
        var eps = c.Epsilon("norm_eps");
        Norm NormOf(string name) => Norm.Layer(g.Prefix + name, eps) with { NoBias = !c.Flag("norm_bias") };
        var attentions = new Dictionary<string, AttentionShape>
        {
            [LayerTypes.Full] = new(heads, width / heads)
            {
                Rope = Rope.Frequencies(c, width / heads, "global_rope_theta", LayerTypes.Full),
            },
            [LayerTypes.Sliding] = new(heads, width / heads)
            {
                Rope = Rope.Frequencies(c, width / heads, "local_rope_theta", LayerTypes.Sliding),
                Window = c.Size("local_attention") / 2,
            },
        };
        var types = LayerTypes.Of(c, c.Size("num_hidden_layers"), i => i % c.Size("global_attn_every_n_layers") == 0);
        var (attentionBias, mlpBias) = (c.Flag("attention_bias"), c.Flag("mlp_bias"));
        var activation = c.Activation("hidden_activation");

        // The first layer has no norm before its attention: that of the embeddings stands there.
        var x = g.Normalize(g.Words(g.Prefix + "embeddings.tok_embeddings.weight", width), NormOf("embeddings.norm"));
        var y = x;
        for (var i = 0; i < types.Count; i++)
        {
            g.HiddenState(x);
            var p = $"{g.Prefix}layers.{i}.";
            var qkv = g.LinearParts(y, p + "attn.Wqkv", 3, width, attentionBias);
            var context = g.Attend(qkv[0], qkv[1], qkv[2], attentions[types[i]]);
            (y, x) = g.LinearAddNormalize(context, p + "attn.Wo", x, NormOf($"layers.{i}.mlp_norm"), attentionBias);
            var parts = g.LinearParts(y, p + "mlp.Wi", 2, c.Size("intermediate_size"), mlpBias);
            var inner = g.Multiply(g.Activate(parts[0], activation), parts[1]);
            var next = i + 1 < types.Count ? $"layers.{i + 1}.attn_norm" : "final_norm";
            (y, x) = g.LinearAddNormalize(inner, p + "mlp.Wo", x, NormOf(next), mlpBias);
        }

        return g.HiddenState(y);
    }
}
