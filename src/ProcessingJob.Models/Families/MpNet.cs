using ProcessingJob.Models.Configs;
using ProcessingJob.Models.Graphs;

namespace ProcessingJob.Models.Families;

/// <summary>MPNet (arxiv.org/abs/2004.09297): RoBERTa's positions from 2 on, and one bias of relative positions for all layers.</summary>
static class MpNet
{
    /// <summary>Fixed in transformers, whatever the config says.</summary>
    const int Buckets = 32;
    const int LargestDistance = 128;
    const int PadPosition = 1;

    public static Value Encode(GraphBuilder g, ConfigReader c)
    {
        Bert.RequireEncoder(c);
        c.Require("relative_attention_num_buckets", $"{Buckets}", "transformers computes buckets for no other number");
        g.Prefix = g.PrefixOf(Bert.Anchor);
        var width = c.Size("hidden_size");
        var eps = c.Epsilon("layer_norm_eps");
        var heads = c.Heads("num_attention_heads", width);
        var p = g.Prefix + "embeddings.";
        var words = g.Words(p + "word_embeddings.weight", width);
        var table = Bert.PositionTable(g, c, p, width, PadPosition + 1);
        var (x, _) = g.AddNormalize(words, g.Rows(table, g.OffsetPositions(PadPosition)), Norm.Layer(p + "LayerNorm", eps));
        var name = g.Prefix + "encoder.relative_attention_bias.weight";
        var rows = RelativeBuckets.Rows(g.Tensor(name, Buckets, heads).ToFloats(), heads, Buckets, LargestDistance);
        var attention = new AttentionShape(heads, width / heads) { Bias = g.DistanceBias(name, rows, LargestDistance, heads) };
        for (var i = 0; i < c.Size("num_hidden_layers"); i++)
        {
            g.HiddenState(x);
            p = $"{g.Prefix}encoder.layer.{i}.";
            var self = p + "attention.attn.";
            var context = g.Attend(
                g.Linear(x, self + "q", width),
                g.Linear(x, self + "k", width),
                g.Linear(x, self + "v", width),
                attention
            );
            (x, _) = g.LinearAddNormalize(context, self + "o", x, Norm.Layer(p + "attention.LayerNorm", eps));
            var inner = g.LinearActivation(x, p + "intermediate.dense", c.Size("intermediate_size"), c.Activation("hidden_act"));
            (x, _) = g.LinearAddNormalize(inner, p + "output.dense", x, Norm.Layer(p + "output.LayerNorm", eps));
        }

        return g.HiddenState(x);
    }
}
