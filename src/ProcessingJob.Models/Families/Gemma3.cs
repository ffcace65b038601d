using ProcessingJob.Models.Configs;
using ProcessingJob.Models.Graphs;

namespace ProcessingJob.Models.Families;

/// <summary>
/// Gemma 3's text model (arxiv.org/abs/2503.19786), also seeing both ways as EmbeddingGemma (2509.20354) does: norms before and after each
/// part, scaled embeddings, and a window in most layers with rotary positions of its own.
/// </summary>
static class Gemma3
{
    public static Value Encode(GraphBuilder g, ConfigReader c)
    {
        c.Require("is_causal", "true", "use_bidirectional_attention is the key of this family");
        c.Require("attn_logit_softcapping", "null", "it is not implemented");
        c.Require("final_logit_softcapping", "null", "it is not implemented");
        g.Prefix = g.PrefixOf("embed_tokens.weight");
        g.MaxPositions = c.SizeOrNull("max_position_embeddings");
        var (width, inner, layers) = (c.Size("hidden_size"), c.Size("intermediate_size"), c.Size("num_hidden_layers"));
        var (eps, activation, bias) = (c.Epsilon("rms_norm_eps"), c.Activation("hidden_activation"), c.Flag("attention_bias"));
        var bothWays = c.Flag("use_bidirectional_attention");
        var window = c.Size("sliding_window");
        var shape = Llama.GroupedHeads(c, width);
        shape = shape with { Scale = (float)(1 / Math.Sqrt(c.Positive("query_pre_attn_scalar"))), Causal = !bothWays };
        var attentions = new Dictionary<string, AttentionShape>
        {
            [LayerTypes.Full] = shape with { Rope = Rope.Frequencies(c, shape.HeadSize, "rope_theta", LayerTypes.Full) },
            [LayerTypes.Sliding] = shape with
            {
                Rope = Rope.Frequencies(c, shape.HeadSize, "rope_local_base_freq", LayerTypes.Sliding, scaled: false),
                Window = bothWays ? window / 2 : window,
            },
        };
        var pattern = c.Size("sliding_window_pattern");
        var types = LayerTypes.Of(c, layers, i => (i + 1) % pattern == 0);
        Norm NormOf(string name) => Norm.RmsOnePlus(name, eps);

        // The residual stream grows beyond float16's range.
        var x = g.Multiply(g.Cast(g.Words(g.Prefix + "embed_tokens.weight", width), ElementType.Float32), Math.Sqrt(width));
        var y = g.Cast(g.Normalize(x, NormOf(g.Prefix + "layers.0.input_layernorm")), g.Precision);
        for (var i = 0; i < layers; i++)
        {
            g.HiddenState(x);
            var p = $"{g.Prefix}layers.{i}.";
            var self = p + "self_attn.";
            var keys = shape.KeyValueHeads * shape.HeadSize;
            var context = g.Attend(
                g.Linear(y, self + "q_proj", shape.Heads * shape.HeadSize, bias),
                g.Linear(y, self + "k_proj", keys, bias),
                g.Linear(y, self + "v_proj", keys, bias),
                attentions[types[i]] with
                {
                    QueryNorm = NormOf(self + "q_norm"),
                    KeyNorm = NormOf(self + "k_norm"),
                }
            );
            var attended = g.Normalize(g.Linear(context, self + "o_proj", width, bias), NormOf(p + "post_attention_layernorm"));
            (y, x) = g.AddNormalize(attended, x, NormOf(p + "pre_feedforward_layernorm"));
            var gate = g.LinearActivation(y, p + "mlp.gate_proj", inner, activation, bias: false);
            var h = g.Multiply(gate, g.Linear(y, p + "mlp.up_proj", inner, bias: false));
            h = g.Normalize(g.Linear(h, p + "mlp.down_proj", width, bias: false), NormOf(p + "post_feedforward_layernorm"));
            var next = i + 1 < layers ? $"{g.Prefix}layers.{i + 1}.input_layernorm" : g.Prefix + "norm";
            (y, x) = g.AddNormalize(h, x, NormOf(next));
        }

        return g.HiddenState(y);
    }
}
