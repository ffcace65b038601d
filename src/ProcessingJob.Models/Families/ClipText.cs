using ProcessingJob.Models.Configs;
using ProcessingJob.Models.Graphs;

namespace ProcessingJob.Models.Families;

/// <summary>
/// CLIP's text encoder (arxiv.org/abs/2103.00020): causal and pre-norm; a text's vector is the token at its end, projected.
/// </summary>
static class ClipText
{
    /// <summary>Old files have 2 as eos_token_id, which is no end of text: there the end has the largest id.</summary>
    const int OldEndId = 2;

    public static Value Encode(GraphBuilder g, ConfigReader c)
    {
        g.Prefix = g.PrefixOf("embeddings.token_embedding.weight");
        var (width, layers, eps) = (c.Size("hidden_size"), c.Size("num_hidden_layers"), c.Epsilon("layer_norm_eps"));
        var attention = new AttentionShape(c.Heads("num_attention_heads", width), width / c.Size("num_attention_heads")) { Causal = true };
        var count = c.Size("max_position_embeddings");
        g.MaxPositions = count;
        var positions = g.Rows(g.Tensor(g.Prefix + "embeddings.position_embedding.weight", count, width), g.Positions);
        var x = g.Add(g.Words(g.Prefix + "embeddings.token_embedding.weight", width), positions);
        var y = g.Normalize(x, Norm.Layer(g.Prefix + "encoder.layers.0.layer_norm1", eps));
        for (var i = 0; i < layers; i++)
        {
            var p = $"{g.Prefix}encoder.layers.{i}.";
            Value Project(string part) => g.Linear(y, $"{p}self_attn.{part}_proj", width);
            var context = g.Attend(Project("q"), Project("k"), Project("v"), attention);
            (y, x) = g.LinearAddNormalize(context, p + "self_attn.out_proj", x, Norm.Layer(p + "layer_norm2", eps));
            var inner = g.LinearActivation(y, p + "mlp.fc1", c.Size("intermediate_size"), c.Activation("hidden_act"));
            var next = i + 1 < layers ? $"{g.Prefix}encoder.layers.{i + 1}.layer_norm1" : g.Prefix + "final_layer_norm";
            (y, x) = g.LinearAddNormalize(inner, p + "mlp.fc2", x, Norm.Layer(next, eps));
        }

        return y;
    }

    /// <summary>The token at the first end of text.</summary>
    public static Value Pool(GraphBuilder g, ConfigReader c, Value x)
    {
        var end = c.TokenId("eos_token_id");
        var ids = g.Ids;
        if (end != OldEndId)
        {
            ids = g.Node(ids with { Type = ElementType.Bool }, "Equal", [ids.Name, g.Long(end)]);
        }

        ids = g.Cast(ids, ElementType.Float32); // CUDA's ArgMax takes no int64
        var at = g.Node(ids with { Type = ElementType.Int64 }, "ArgMax", [ids.Name], ("axis", 1L), ("keepdims", 1L));
        return g.TokenAt(x, at);
    }

    public static Value Project(GraphBuilder g, ConfigReader c, Value x) =>
        g.Linear(Pool(g, c, x), "text_projection", c.Size("projection_dim"), bias: false);
}
