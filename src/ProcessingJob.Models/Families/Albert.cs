using ProcessingJob.Models.Configs;
using ProcessingJob.Models.Graphs;

namespace ProcessingJob.Models.Families;

/// <summary>ALBERT (arxiv.org/abs/1909.11942): narrow embeddings, and layers that share the weights of their group.</summary>
static class Albert
{
    public static Value Encode(GraphBuilder g, ConfigReader c)
    {
        c.Ignore("down_scale_factor", "gap_size", "net_structure_type", "num_memory_blocks");
        var width = c.Size("hidden_size");
        var x = Bert.Embed(g, c, c.Size("embedding_size"), g.Positions, reserved: 0);
        x = g.Linear(x, g.Prefix + "encoder.embedding_hidden_mapping_in", width);
        var (layers, groups) = (c.Size("num_hidden_layers"), c.Size("num_hidden_groups"));
        for (var i = 0; i < layers; i++)
        {
            g.HiddenState(x);
            var group = (int)(i / ((double)layers / groups));
            for (var j = 0; j < c.Size("inner_group_num"); j++)
            {
                x = Layer(g, c, x, $"{g.Prefix}encoder.albert_layer_groups.{group}.albert_layers.{j}.", width);
            }
        }

        return g.HiddenState(x);
    }

    static Value Layer(GraphBuilder g, ConfigReader c, Value x, string p, int width)
    {
        var heads = c.Heads("num_attention_heads", width);
        var eps = c.Epsilon("layer_norm_eps");
        var context = g.Attend(
            g.Linear(x, p + "attention.query", width),
            g.Linear(x, p + "attention.key", width),
            g.Linear(x, p + "attention.value", width),
            new AttentionShape(heads, width / heads)
        );
        (x, _) = g.LinearAddNormalize(context, p + "attention.dense", x, Norm.Layer(p + "attention.LayerNorm", eps));
        var inner = g.LinearActivation(x, p + "ffn", c.Size("intermediate_size"), c.Activation("hidden_act"));
        return g.LinearAddNormalize(inner, p + "ffn_output", x, Norm.Layer(p + "full_layer_layer_norm", eps)).Normalized;
    }
}
