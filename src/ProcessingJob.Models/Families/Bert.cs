using ProcessingJob.Models.Configs;
using ProcessingJob.Models.Graphs;

namespace ProcessingJob.Models.Families;

/// <summary>
/// BERT (arxiv.org/abs/1810.04805) and the families that differ from it in their embeddings alone: RoBERTa (1907.11692), XLM-RoBERTa,
/// CamemBERT, ERNIE, ELECTRA (2003.10555), RemBERT. Post-norm: x = LN(x + attention(x)), x = LN(x + feed-forward(x)).
/// </summary>
static class Bert
{
    /// <summary>A tensor that every folder of these families has.</summary>
    public const string Anchor = "embeddings.word_embeddings.weight";

    public static Value Encode(GraphBuilder g, ConfigReader c)
    {
        var width = c.Size("hidden_size");
        return Layers(g, c, Embed(g, c, width, positions: g.Positions, reserved: 0), width);
    }

    /// <summary>Positions count from the pad id on.</summary>
    public static Value EncodeRoberta(GraphBuilder g, ConfigReader c)
    {
        var width = c.Size("hidden_size");
        return Layers(g, c, EmbedRoberta(g, c, width), width);
    }

    /// <summary>May add row 0 of a table of tasks.</summary>
    public static Value EncodeErnie(GraphBuilder g, ConfigReader c)
    {
        var width = c.Size("hidden_size");
        var task = c.Flag("use_task_id") ? "embeddings.task_type_embeddings.weight" : null;
        c.IntOrNull("task_type_vocab_size");
        return Layers(g, c, Embed(g, c, width, g.Positions, reserved: 0, fixedRow: task), width);
    }

    /// <summary>Embeddings of their own width, mapped to the layers' where it differs.</summary>
    public static Value EncodeElectra(GraphBuilder g, ConfigReader c)
    {
        var (width, own) = (c.Size("hidden_size"), c.Size("embedding_size"));
        var x = Embed(g, c, own, g.Positions, reserved: 0);
        return Layers(g, c, own == width ? x : g.Linear(x, g.Prefix + "embeddings_project", width), width);
    }

    public static Value EncodeRemBert(GraphBuilder g, ConfigReader c)
    {
        var width = c.Size("hidden_size");
        var x = Embed(g, c, c.Size("input_embedding_size"), g.Positions, reserved: 0);
        return Layers(g, c, g.Linear(x, g.Prefix + "encoder.embedding_hidden_mapping_in", width), width);
    }

    public static Value EmbedRoberta(GraphBuilder g, ConfigReader c, int width, bool norm = true)
    {
        var pad = c.TokenId("pad_token_id");
        return Embed(g, c, width, g.OffsetPositions(pad), pad + 1, norm);
    }

    /// <summary>LN(word + position + type).</summary>
    /// <param name="reserved">Rows of the position table that no text's first tokens use.</param>
    /// <param name="norm">False for pre-norm families without one here.</param>
    /// <param name="fixedRow">A further table whose row 0 is added.</param>
    public static Value Embed(
        GraphBuilder g,
        ConfigReader c,
        int width,
        Value positions,
        int reserved,
        bool norm = true,
        string? fixedRow = null
    )
    {
        RequireEncoder(c);
        c.Require("position_embedding_type", "absolute", "transformers 5 has no other either");
        g.Prefix = g.PrefixOf(Anchor);
        var p = g.Prefix + "embeddings.";
        var x = g.Words(p + "word_embeddings.weight", width);
        var (types, bias) = Types(g, c, width, fixedRow);
        x = types is null ? x : g.Add(x, types);
        var table = PositionTable(g, c, p, width, reserved);
        var y = g.Rows(table, positions);
        return norm
            ? g.AddNormalize(x, y, Norm.Layer(p + "LayerNorm", c.Epsilon("layer_norm_eps")), bias).Normalized
            : g.Add(bias is null ? x : g.Node(x, "Add", [x.Name, bias]), y);
    }

    /// <summary>Rows by token type, or, where all texts have the same, that row as an initializer [width].</summary>
    public static (Value? Rows, string? FixedRow) Types(GraphBuilder g, ConfigReader c, int width, string? fixedRow = null)
    {
        var p = g.Prefix + "embeddings.";
        var count = c.Count("type_vocab_size");
        Value? rows = null;
        float[]? sum = null;
        if (count > 1)
        {
            rows = g.Rows(g.Tensor(p + "token_type_embeddings.weight", count, width), g.Input("token_type_ids"));
        }
        else if (count == 1)
        {
            sum = g.Tensor(p + "token_type_embeddings.weight", 1, width).ToFloats();
        }

        if (fixedRow is not null)
        {
            var row = g.Table(g.Prefix + fixedRow, width).Rows(0, 1).ToFloats();
            sum = sum is null ? row : [.. sum.Zip(row, (a, b) => a + b)];
        }

        return (rows, sum is null ? null : g.Weight(p + "fixed_row", sum, [width], g.Precision));
    }

    public static Weights.StoredTensor PositionTable(GraphBuilder g, ConfigReader c, string prefix, int width, int reserved)
    {
        var count = c.Size("max_position_embeddings");
        g.MaxPositions =
            count > reserved ? count - reserved : throw c.Wrong("max_position_embeddings", $"more than the {reserved} reserved");
        return g.Tensor(prefix + "position_embeddings.weight", count, width);
    }

    /// <summary>A decoder's causal mask and cross-attention are no encoder's.</summary>
    public static void RequireEncoder(ConfigReader c)
    {
        c.Require("is_decoder", "false", "this builds encoders");
        c.Require("add_cross_attention", "false", "this builds encoders");
        c.Require("pruned_heads", "{}", "pruned heads are not implemented");
    }

    static Value Layers(GraphBuilder g, ConfigReader c, Value x, int width)
    {
        g.HiddenState(x);
        for (var i = 0; i < c.Size("num_hidden_layers"); i++)
        {
            x = g.HiddenState(Layer(g, c, x, $"{g.Prefix}encoder.layer.{i}.", width));
        }

        return x;
    }

    static Value Layer(GraphBuilder g, ConfigReader c, Value x, string p, int width)
    {
        var heads = c.Heads("num_attention_heads", width);
        var eps = c.Epsilon("layer_norm_eps");
        var self = p + "attention.self.";
        var context = g.Attend(
            g.Linear(x, self + "query", width),
            g.Linear(x, self + "key", width),
            g.Linear(x, self + "value", width),
            new AttentionShape(heads, width / heads)
        );
        (x, _) = g.LinearAddNormalize(context, p + "attention.output.dense", x, Norm.Layer(p + "attention.output.LayerNorm", eps));
        var inner = g.LinearActivation(x, p + "intermediate.dense", c.Size("intermediate_size"), c.Activation("hidden_act"));
        return g.LinearAddNormalize(inner, p + "output.dense", x, Norm.Layer(p + "output.LayerNorm", eps)).Normalized;
    }
}
