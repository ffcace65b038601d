using ProcessingJob.Models.Configs;
using ProcessingJob.Models.Graphs;

namespace ProcessingJob.Models.Families;

/// <summary>
/// Post-norm BERT with rotary positions: Nomic Embed (arxiv.org/abs/2402.01613), GTE (2407.19669), Jina embeddings v3 (2409.10173). Each
/// has
/// the names it was published with and those of transformers 5, with the same mathematics.
/// </summary>
static class RotaryBert
{
    /// <summary>Published configs have GPT-2's keys.</summary>
    public static Value EncodeNomic(GraphBuilder g, ConfigReader c)
    {
        c.Require("activation_function", "swiglu", "no other gate is implemented");
        c.Require("rotary_emb_fraction", "1", "heads are rotated as a whole");
        c.Require("rotary_emb_interleaved", "false", "halves are rotated, not pairs");
        c.Require("scale_attn_weights", "true", "scores are divided by the root of the head size");
        foreach (
            var key in new[]
            {
                "prenorm",
                "parallel_block",
                "parallel_block_tied_norm",
                "use_rms_norm",
                "causal",
                "scale_attn_by_inverse_layer_idx",
            }
        )
        {
            c.Require(key, "false", "it is not implemented");
        }

        foreach (var key in new[] { "moe_every_n_layers", "num_experts" })
        {
            c.Require(key, "0", "mixtures of experts are not implemented");
        }

        // Biases are taken where the checkpoint has them.
        c.Ignore("qkv_proj_bias", "mlp_fc1_bias", "mlp_fc2_bias", "reorder_and_upcast_attn");
        var published = new Keys("n_embd", "n_head", "n_layer", "n_inner", "n_positions", "layer_norm_epsilon");
        var x = Layers(
            g,
            c,
            c.Has("n_embd") ? published : Keys.Usual,
            gated: true,
            c.Has("rotary_emb_base") ? "rotary_emb_base" : "rope_theta"
        );
        if (c.Raw("rotary_scaling_factor") is not null)
        {
            // Beyond it the rotary base would grow with the length.
            g.MaxPositions = Math.Min(g.MaxPositions ?? int.MaxValue, c.Size("max_trained_positions"));
        }

        return x;
    }

    public static Value EncodeGte(GraphBuilder g, ConfigReader c)
    {
        c.Require("position_embedding_type", "rope", "no other is implemented");
        c.Require("layer_norm_type", "layer_norm", "no other is implemented");
        c.Require("logn_attention_scale", "false", "it is not implemented");
        c.Require("logn_attention_clip1", "false", "it is not implemented");
        return Layers(g, c, Keys.Usual, gated: true, "rope_theta");
    }

    public static Value EncodeJina(GraphBuilder g, ConfigReader c)
    {
        c.Require("position_embedding_type", "rotary", "no other is implemented");
        return Layers(g, c, Keys.Usual, gated: false, c.Has("rotary_emb_base") ? "rotary_emb_base" : "rope_theta");
    }

    static Value Layers(GraphBuilder g, ConfigReader c, Keys keys, bool gated, string thetaKey)
    {
        Bert.RequireEncoder(c);
        g.Prefix = g.PrefixOf(Bert.Anchor);
        var (width, heads) = (c.Size(keys.Width), c.Size(keys.Heads));
        var size = c.SizeOrNull("head_dim") ?? width / c.Heads(keys.Heads, width);
        var eps = c.Epsilon(keys.Epsilon);
        var attention = new AttentionShape(heads, size) { Rope = Rope.Frequencies(c, size, thetaKey) };
        g.MaxPositions = c.SizeOrNull(keys.Positions);
        var x = Embed(g, c, width, eps);
        for (var i = 0; i < c.Size(keys.Layers); i++)
        {
            var names = new Names(g, i);
            var packed = names.Find("attn.Wqkv", "attention.qkv_proj", "mixer.Wqkv");
            var qkv = packed is not null
                ? g.LinearParts(x, packed, 3, heads * size, g.Has(packed + ".bias"))
                : "qkv".Select(part => Linear(g, x, names.Get($"self_attn.{part}_proj"), heads * size)).ToArray();
            var context = g.Attend(qkv[0], qkv[1], qkv[2], attention);
            var output = names.Get("self_attn.o_proj", "attn.out_proj", "attention.o_proj", "mixer.out_proj");
            var norm = Norm.Layer(names.Get("post_attention_layernorm", "norm1", "attn_ln"), eps);
            (x, _) = g.LinearAddNormalize(context, output, x, norm, g.Has(output + ".bias"));
            var inner = gated
                ? Gated(g, c, x, names, c.Size(keys.Inner))
                : g.LinearActivation(x, names.Get("mlp.fc1"), c.Size(keys.Inner), c.Activation("hidden_act"));
            var down = names.Get("mlp.down_proj", "mlp.fc2");
            norm = Norm.Layer(names.Get("post_mlp_layernorm", "norm2", "mlp_ln"), eps);
            (x, _) = g.LinearAddNormalize(inner, down, x, norm, g.Has(down + ".bias"));
        }

        return x;
    }

    /// <summary>LN(word + type): no absolute positions.</summary>
    static Value Embed(GraphBuilder g, ConfigReader c, int width, double eps)
    {
        var p = g.Prefix;
        var x = g.Words(p + "embeddings.word_embeddings.weight", width);
        var (types, row) = Bert.Types(g, c, width);
        x = types is null ? x : g.Add(x, types);
        x = row is null ? x : g.Node(x, "Add", [x.Name, row]);
        return g.Normalize(x, Norm.Layer(g.Has(p + "emb_ln.weight") ? p + "emb_ln" : p + "embeddings.LayerNorm", eps));
    }

    /// <summary>act(gate x) * up x. GTE's packed tensor has up first.</summary>
    static Value Gated(GraphBuilder g, ConfigReader c, Value x, Names names, int inner)
    {
        var activation = c.Activation("hidden_act");
        if (names.Find("mlp.up_gate_proj") is { } packed)
        {
            var parts = g.LinearParts(x, packed, 2, inner, g.Has(packed + ".bias"));
            return g.Multiply(g.Activate(parts[1], activation), parts[0]);
        }

        var gate = Linear(g, x, names.Get("mlp.gate_proj", "mlp.fc12"), inner);
        return g.Multiply(g.Activate(gate, activation), Linear(g, x, names.Get("mlp.up_proj", "mlp.fc11"), inner));
    }

    static Value Linear(GraphBuilder g, Value x, string name, int width) => g.Linear(x, name, width, g.Has(name + ".bias"));

    /// <summary>Where a config has its sizes.</summary>
    sealed record Keys(string Width, string Heads, string Layers, string Inner, string Positions, string Epsilon)
    {
        public static readonly Keys Usual = new(
            "hidden_size",
            "num_attention_heads",
            "num_hidden_layers",
            "intermediate_size",
            "max_position_embeddings",
            "layer_norm_eps"
        );
    }

    /// <summary>The tensors of one layer, by the first of several names that the checkpoint has.</summary>
    sealed class Names(GraphBuilder g, int layer)
    {
        readonly string[] _layers =
        [
            $"{g.Prefix}layers.{layer}.",
            $"{g.Prefix}encoder.layers.{layer}.",
            $"{g.Prefix}encoder.layer.{layer}.",
        ];

        public string? Find(params string[] names) =>
            _layers.SelectMany(_ => names, (prefix, name) => prefix + name).FirstOrDefault(name => g.Has(name + ".weight"));

        /// <summary>The first name where none is there: asking for it makes the refusal.</summary>
        public string Get(params string[] names) => Find(names) ?? _layers[0] + names[0];
    }
}
