using ProcessingJob.Models.Configs;
using ProcessingJob.Models.Graphs;

namespace ProcessingJob.Models.Families;

/// <summary>
/// The encoder of T5 (arxiv.org/abs/1910.10683) and mT5 (2010.11934): pre-norm with RMS norms, no biases, one bias of relative positions
/// for all layers, and scores that are not scaled.
/// </summary>
static class T5
{
    public static Value Encode(GraphBuilder g, ConfigReader c)
    {
        c.Ignore("n_positions");
        const string last = "encoder.final_layer_norm";
        g.Prefix = g.PrefixOf(last + ".weight");
        var (width, heads, size, layers) = (c.Size("d_model"), c.Size("num_heads"), c.Size("d_kv"), c.Size("num_layers"));
        var (eps, inner) = (c.Epsilon("layer_norm_epsilon"), c.Size("d_ff"));
        var (activation, gated) = FeedForward(c);
        var attention = new AttentionShape(heads, size) { Scale = 1, Bias = PositionBias(g, c, heads) };

        // The residual stream leaves float16's range; transformers keeps wo in float32 for the same reason.
        var shared = g.Has(g.Prefix + "shared.weight") ? "shared.weight" : "encoder.embed_tokens.weight";
        var x = g.Cast(g.Words(g.Prefix + shared, width), ElementType.Float32);
        var y = g.Cast(g.Normalize(x, Norm.Rms($"{g.Prefix}encoder.block.0.layer.0.layer_norm", eps)), g.Precision);
        for (var i = 0; i < layers; i++)
        {
            g.HiddenState(x);
            var p = $"{g.Prefix}encoder.block.{i}.";
            var self = p + "layer.0.SelfAttention.";
            Value Project(string part) => g.Linear(y, self + part, heads * size, bias: false);
            var context = g.Attend(Project("q"), Project("k"), Project("v"), attention);
            (y, x) = g.LinearAddNormalize(context, self + "o", x, Norm.Rms(p + "layer.1.layer_norm", eps), bias: false);
            var dense = p + "layer.1.DenseReluDense.";
            var h = gated
                ? g.Multiply(
                    g.LinearActivation(y, dense + "wi_0", inner, activation, bias: false),
                    g.Linear(y, dense + "wi_1", inner, bias: false)
                )
                : g.LinearActivation(y, dense + "wi", inner, activation, bias: false);
            var next = i + 1 < layers ? $"{g.Prefix}encoder.block.{i + 1}.layer.0.layer_norm" : g.Prefix + last;
            (y, x) = g.LinearAddNormalize(g.Cast(h, ElementType.Float32), dense + "wo", x, Norm.Rms(next, eps), bias: false);
        }

        return g.HiddenState(y);
    }

    /// <summary>"gated-gelu" means the tanh form; any other name means itself, with or without "gated-".</summary>
    static (Activation Activation, bool Gated) FeedForward(ConfigReader c)
    {
        var kind = c.Text("feed_forward_proj");
        var gated = kind.StartsWith("gated-", StringComparison.Ordinal);
        var name =
            kind == "gated-gelu" ? "gelu_new"
            : gated ? kind["gated-".Length..]
            : kind;
        var activation = ConfigReader.ActivationNamed(name) ?? throw c.Wrong("feed_forward_proj", "relu, gated-gelu or another activation");
        // Written beside the key that they come from; which of them would win depends on the version of transformers.
        c.Require("dense_act_fn", name, $"feed_forward_proj is {kind}");
        c.Require("is_gated_act", gated ? "true" : "false", $"feed_forward_proj is {kind}");
        return (activation, gated);
    }

    static Value PositionBias(GraphBuilder g, ConfigReader c, int heads)
    {
        var (buckets, largest) = (c.Size("relative_attention_num_buckets"), c.Size("relative_attention_max_distance"));
        if (buckets < 4 || largest <= buckets / 4)
        {
            throw c.Wrong("relative_attention_num_buckets", "at least 4, and less than 4 times relative_attention_max_distance");
        }

        var name = g.Prefix + "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight";
        var rows = RelativeBuckets.Rows(g.Tensor(name, buckets, heads).ToFloats(), heads, buckets, largest);
        return g.DistanceBias(name, rows, largest, heads);
    }
}
