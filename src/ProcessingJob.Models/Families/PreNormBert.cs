using ProcessingJob.Models.Configs;
using ProcessingJob.Models.Graphs;

namespace ProcessingJob.Models.Families;

/// <summary>
/// BERT-like families whose norms stand before attention and feed-forward: RoBERTa-PreLayerNorm, XLM-RoBERTa-XL (arxiv.org/abs/2105.00572),
/// Megatron-BERT (arxiv.org/abs/1909.08053). x = x + attention(norm(x)), x = x + feed-forward(norm(x)), and one norm at the end.
/// </summary>
static class PreNormBert
{
    public static Value EncodeRobertaPreNorm(GraphBuilder g, ConfigReader c)
    {
        var x = Bert.EmbedRoberta(g, c, c.Size("hidden_size"));
        return Layers(g, c, x, "attention.LayerNorm", "intermediate.LayerNorm", "LayerNorm");
    }

    public static Value EncodeXlmRobertaXl(GraphBuilder g, ConfigReader c)
    {
        var x = Bert.EmbedRoberta(g, c, c.Size("hidden_size"), norm: false);
        return Layers(g, c, x, "attention.self_attn_layer_norm", "LayerNorm", "encoder.LayerNorm");
    }

    public static Value EncodeMegatron(GraphBuilder g, ConfigReader c)
    {
        var x = Bert.Embed(g, c, c.Size("hidden_size"), g.Positions, reserved: 0, norm: false);
        return Layers(g, c, x, "attention.ln", "ln", "encoder.ln");
    }

    static Value Layers(GraphBuilder g, ConfigReader c, Value x, string beforeAttention, string beforeFeedForward, string last)
    {
        var (width, layers, eps) = (x.Width, c.Size("num_hidden_layers"), c.Positive("layer_norm_eps"));
        var heads = c.Heads("num_attention_heads", width);
        var y = g.Normalize(x, Norm.Layer($"{g.Prefix}encoder.layer.0.{beforeAttention}", eps));
        for (var i = 0; i < layers; i++)
        {
            var p = $"{g.Prefix}encoder.layer.{i}.";
            var self = p + "attention.self.";
            var context = g.Attend(
                g.Linear(y, self + "query", width),
                g.Linear(y, self + "key", width),
                g.Linear(y, self + "value", width),
                new AttentionShape(heads, width / heads)
            );
            (y, x) = g.LinearAddNormalize(context, p + "attention.output.dense", x, Norm.Layer(p + beforeFeedForward, eps));
            var inner = g.LinearActivation(y, p + "intermediate.dense", c.Size("intermediate_size"), c.Activation("hidden_act"));
            var next = i + 1 < layers ? $"{g.Prefix}encoder.layer.{i + 1}.{beforeAttention}" : g.Prefix + last;
            (y, x) = g.LinearAddNormalize(inner, p + "output.dense", x, Norm.Layer(next, eps));
        }

        return y;
    }
}
