using ProcessingJob.Models.Configs;
using ProcessingJob.Models.Graphs;

namespace ProcessingJob.Models.Families;

/// <summary>DistilBERT (arxiv.org/abs/1910.01108): BERT without token types, under names of its own; its epsilon is no setting.</summary>
static class DistilBert
{
    const double Epsilon = 1e-12;

    public static Value Encode(GraphBuilder g, ConfigReader c)
    {
        Bert.RequireEncoder(c);
        c.Ignore("tie_weights_");
        g.Prefix = g.PrefixOf(Bert.Anchor);
        var width = c.Size("dim");
        var heads = c.Heads("n_heads", width);
        var p = g.Prefix + "embeddings.";
        var words = g.Words(p + "word_embeddings.weight", width);
        var positions = g.Rows(Bert.PositionTable(g, c, p, width, reserved: 0), g.Positions);
        var (x, _) = g.AddNormalize(words, positions, Norm.Layer(p + "LayerNorm", Epsilon));
        for (var i = 0; i < c.Size("n_layers"); i++)
        {
            g.HiddenState(x);
            p = $"{g.Prefix}transformer.layer.{i}.";
            var context = g.Attend(
                g.Linear(x, p + "attention.q_lin", width),
                g.Linear(x, p + "attention.k_lin", width),
                g.Linear(x, p + "attention.v_lin", width),
                new AttentionShape(heads, width / heads)
            );
            (x, _) = g.LinearAddNormalize(context, p + "attention.out_lin", x, Norm.Layer(p + "sa_layer_norm", Epsilon));
            var inner = g.LinearActivation(x, p + "ffn.lin1", c.Size("hidden_dim"), c.Activation("activation"));
            (x, _) = g.LinearAddNormalize(inner, p + "ffn.lin2", x, Norm.Layer(p + "output_layer_norm", Epsilon));
        }

        return g.HiddenState(x);
    }
}
