using System.Text.Json;
using ProcessingJob.Models.Configs;
using ProcessingJob.Models.Graphs;

namespace ProcessingJob.Models.Families;

/// <summary>
/// DeBERTa (arxiv.org/abs/2006.03654), v2 and v3 (2111.09543): post-norm, with scores of relative positions; embeddings are multiplied by
/// the mask. v1 packs query, key and value by head and puts no distances into buckets.
/// </summary>
static class Deberta
{
    public static Value EncodeV2(GraphBuilder g, ConfigReader c)
    {
        var shape = ShapeOf(c, terms: types => types.Distinct().Count());
        var shared = c.Flag("share_att_key");
        var positions = Positions(g, c, shape, c.Int("position_buckets"), c.OneOf("norm_rel_ebd", "none", "layer_norm") == "layer_norm");
        return Encode(
            g,
            c,
            (x, self) =>
            {
                var (query, key) = (g.Linear(x, self + "query_proj", x.Width), g.Linear(x, self + "key_proj", x.Width));
                var (keyOfPositions, queryOfPositions) = shared ? ("key_proj", "query_proj") : ("pos_key_proj", "pos_query_proj");
                var bias = Bias(g, c, positions?.Invoke(), query, key, (self + keyOfPositions, true), (self + queryOfPositions, true));
                return g.Attend(query, key, g.Linear(x, self + "value_proj", x.Width), shape with { Bias = bias });
            }
        );
    }

    public static Value EncodeV1(GraphBuilder g, ConfigReader c)
    {
        c.Require("talking_head", "false", "it is not implemented");
        var shape = ShapeOf(c, terms: types => types.Count);
        var positions = Positions(g, c, shape, buckets: 0, normalized: false);
        return Encode(
            g,
            c,
            (x, self) =>
            {
                var (query, key, value) = PackedByHead(g, x, self, shape);
                var bias = Bias(g, c, positions?.Invoke(), query, key, (self + "pos_proj", false), (self + "pos_q_proj", true));
                return g.Attend(query, key, value, shape with { Bias = bias });
            }
        );
    }

    static Value Encode(GraphBuilder g, ConfigReader c, Func<Value, string, Value> attend)
    {
        Bert.RequireEncoder(c);
        c.Ignore("max_position_embeddings", "padding_idx");
        g.Prefix = g.PrefixOf(Bert.Anchor);
        var (width, eps) = (c.Size("hidden_size"), c.Epsilon("layer_norm_eps"));
        var embedded = Embed(g, c, width, eps);
        var x = embedded;
        var kernel = c.Int("conv_kernel_size");
        for (var i = 0; i < c.Size("num_hidden_layers"); i++)
        {
            g.HiddenState(x);
            var p = $"{g.Prefix}encoder.layer.{i}.";
            var context = attend(x, p + "attention.self.");
            (x, _) = g.LinearAddNormalize(context, p + "attention.output.dense", x, Norm.Layer(p + "attention.output.LayerNorm", eps));
            var inner = g.LinearActivation(x, p + "intermediate.dense", c.Size("intermediate_size"), c.Activation("hidden_act"));
            (x, _) = g.LinearAddNormalize(inner, p + "output.dense", x, Norm.Layer(p + "output.LayerNorm", eps));
            if (i == 0 && kernel > 0)
            {
                x = Convolve(g, c, embedded, x, kernel, eps);
            }
        }

        return g.HiddenState(x);
    }

    /// <summary>LN(project(word + position + type)) times the mask.</summary>
    static Value Embed(GraphBuilder g, ConfigReader c, int width, double eps)
    {
        var p = g.Prefix + "embeddings.";
        var own = c.SizeOrNull("embedding_size") ?? width;
        var x = g.Words(p + "word_embeddings.weight", own);
        if (c.Flag("position_biased_input"))
        {
            x = g.Add(x, g.Rows(Bert.PositionTable(g, c, p, own, reserved: 0), g.Positions));
        }

        var (types, row) = Bert.Types(g, c, own);
        x = types is null ? x : g.Add(x, types);
        x = row is null ? x : g.Node(x, "Add", [x.Name, row]);
        x = own == width ? x : g.Linear(x, p + "embed_proj", width, bias: false);
        x = g.Normalize(x, Norm.Layer(p + "LayerNorm", eps));
        return g.Multiply(x, g.MaskLike(x));
    }

    /// <summary>v2-xlarge: a convolution of the embeddings beside the first layer.</summary>
    static Value Convolve(GraphBuilder g, ConfigReader c, Value embedded, Value x, int kernel, double eps)
    {
        var p = g.Prefix + "encoder.conv.";
        var groups = c.Size("conv_groups");
        var weight = g.Weight(g.Tensor(p + "conv.weight", x.Width, x.Width / groups, kernel), x.Type);
        var bias = g.Weight(g.Tensor(p + "conv.bias", x.Width), x.Type);
        var along = g.Node(embedded, "Transpose", [embedded.Name], ("perm", new long[] { 0, 2, 1 }));
        var edge = (kernel - 1L) / 2;
        var convolved = g.Node(along, "Conv", [along.Name, weight, bias], ("group", (long)groups), ("pads", new[] { edge, edge }));
        var back = g.Node(embedded, "Transpose", [convolved.Name], ("perm", new long[] { 0, 2, 1 }));
        var active = g.Activate(g.Multiply(back, g.MaskLike(back)), c.Activation("conv_act"));
        var (y, _) = g.AddNormalize(active, x, Norm.Layer(p + "LayerNorm", eps));
        return g.Multiply(y, g.MaskLike(y));
    }

    /// <param name="terms">How many terms of positions count for the scale, also where positions are not relative.</param>
    static AttentionShape ShapeOf(ConfigReader c, Func<IReadOnlyList<string>, int> terms)
    {
        var width = c.Size("hidden_size");
        var heads = c.Heads("num_attention_heads", width);
        c.Require("attention_head_size", $"{width / heads}", "it must be the width by the number of heads");
        return new AttentionShape(heads, width / heads) { Scale = (float)(1 / Math.Sqrt((double)width / heads * (1 + terms(Types(c))))) };
    }

    /// <summary>Null without relative attention; made when the first layer asks, after the prefix is known.</summary>
    static Func<DebertaPositions>? Positions(GraphBuilder g, ConfigReader c, AttentionShape shape, int buckets, bool normalized)
    {
        var (relative, most) = (c.Flag("relative_attention"), c.Int("max_relative_positions"));
        var largest = most < 1 ? c.Size("max_position_embeddings") : most;
        if (relative && buckets > 0 && largest - 1 <= buckets / 2)
        {
            throw c.Wrong("position_buckets", $"less than twice the largest distance of {largest}");
        }

        DebertaPositions? made = null;
        return relative
            ? () => made ??= new DebertaPositions(g, c, shape, shape.Heads * shape.HeadSize, buckets, largest, normalized)
            : null;
    }

    static Value? Bias(
        GraphBuilder g,
        ConfigReader c,
        DebertaPositions? positions,
        Value query,
        Value key,
        (string Name, bool Bias) keyOfPositions,
        (string Name, bool Bias) queryOfPositions
    )
    {
        if (positions is null)
        {
            return null;
        }

        var types = Types(c);
        var content = types.Contains("c2p") ? positions.ContentToPosition(query, keyOfPositions.Name, keyOfPositions.Bias) : null;
        var position = types.Contains("p2c") ? positions.PositionToContent(key, queryOfPositions.Name, queryOfPositions.Bias) : null;
        return content is null || position is null ? content ?? position : g.Add(content, position);
    }

    /// <summary>"p2c|c2p", or a list.</summary>
    static IReadOnlyList<string> Types(ConfigReader c)
    {
        const string key = "pos_att_type";
        var types = c.Raw(key) is { ValueKind: JsonValueKind.String } text
            ? text.GetString()!.Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            : c.Texts(key) ?? [];
        return types.All(type => type is "c2p" or "p2c") ? types : throw c.Wrong(key, "c2p and p2c");
    }

    /// <summary>v1: every head has its rows of query, key and value together; key has no bias.</summary>
    static (Value Query, Value Key, Value Value) PackedByHead(GraphBuilder g, Value x, string self, AttentionShape shape)
    {
        var (heads, size, width) = (shape.Heads, shape.HeadSize, x.Width);
        var packed = g.Tensor(self + "in_proj.weight", 3 * heads * size, width).ToFloats();
        Value Part(int part, string? bias)
        {
            var own = new float[heads * size * width];
            for (var head = 0; head < heads; head++)
            {
                packed.AsSpan((head * 3 + part) * size * width, size * width).CopyTo(own.AsSpan(head * size * width));
            }

            var weight = g.Weight($"{self}in_proj.weight.{part}", own, [heads * size, width], x.Type);
            return g.Linear(x, weight, heads * size, bias is null ? null : g.Weight(g.Tensor(self + bias, heads * size), x.Type));
        }

        return (Part(0, "q_bias"), Part(1, null), Part(2, "v_bias"));
    }
}
