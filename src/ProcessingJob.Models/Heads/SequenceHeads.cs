using ProcessingJob.Models.Configs;
using ProcessingJob.Models.Graphs;

namespace ProcessingJob.Models.Heads;

/// <summary>Classifiers of texts: logits [b, labels]. Named as transformers' ...ForSequenceClassification compute them.</summary>
static class SequenceHeads
{
    /// <summary>BERT's pooler: tanh of a dense layer on token 0.</summary>
    public static Value Pooler(GraphBuilder g, ConfigReader c, Value x) =>
        g.Activate(g.Linear(g.FirstToken(x), g.Prefix + "pooler.dense", x.Width), Activation.Tanh);

    /// <summary>ALBERT's, the same with another name.</summary>
    public static Value AlbertPooler(GraphBuilder g, ConfigReader c, Value x) =>
        g.Activate(g.Linear(g.FirstToken(x), g.Prefix + "pooler", x.Width), Activation.Tanh);

    public static Value Pooled(GraphBuilder g, ConfigReader c, Value x) => Labels.Linear(g, c, Pooler(g, c, x), "classifier");

    public static Value AlbertPooled(GraphBuilder g, ConfigReader c, Value x) => Labels.Linear(g, c, AlbertPooler(g, c, x), "classifier");

    /// <summary>RoBERTa and its kind: dense, tanh, out_proj on token 0.</summary>
    public static Value Tanh(GraphBuilder g, ConfigReader c, Value x) => Dense(g, c, x, Activation.Tanh);

    /// <summary>ELECTRA: erf gelu whatever hidden_act says.</summary>
    public static Value Gelu(GraphBuilder g, ConfigReader c, Value x) => Dense(g, c, x, Activation.Gelu);

    public static Value DistilBert(GraphBuilder g, ConfigReader c, Value x) =>
        Labels.Linear(g, c, g.LinearActivation(g.FirstToken(x), "pre_classifier", x.Width, Activation.Relu), "classifier");

    /// <summary>The pooler has no prefix here.</summary>
    public static Value Deberta(GraphBuilder g, ConfigReader c, Value x) =>
        Labels.Linear(g, c, g.LinearActivation(g.FirstToken(x), "pooler.dense", x.Width, c.Activation("pooler_hidden_act")), "classifier");

    public static Value ModernBert(GraphBuilder g, ConfigReader c, Value x)
    {
        var pooled = c.OneOf("classifier_pooling", "cls", "mean") == "mean" ? g.Mean(x) : g.FirstToken(x);
        return Labels.Linear(g, c, TokenHeads.ModernBertHead(g, c, pooled), "classifier");
    }

    /// <summary>"late" classifies every token and takes the mean of the logits.</summary>
    public static Value EuroBert(GraphBuilder g, ConfigReader c, Value x)
    {
        var pooling = c.OneOf(c.Has("clf_pooling") ? "clf_pooling" : "classifier_pooling", "bos", "mean", "late"); // the first as published
        var pooled = pooling switch
        {
            "bos" => g.FirstToken(x),
            "mean" => g.Mean(x),
            _ => x,
        };
        var logits = Labels.Linear(g, c, g.LinearActivation(pooled, "dense", x.Width, Activation.Gelu), "classifier");
        return pooling == "late" ? g.Mean(logits) : logits;
    }

    /// <summary>Decoders: the last token whose id is not the pad id, whatever the mask says.</summary>
    public static Value LastToken(GraphBuilder g, ConfigReader c, Value x)
    {
        var pad = g.Node(g.Ids with { Type = ElementType.Bool }, "Equal", [g.Ids.Name, g.Long(c.TokenId("pad_token_id"))]);
        var real = g.Cast(g.Node(pad, "Not", [pad.Name]), ElementType.Int64);
        var numbered = g.Cast(g.Node(real, "Mul", [real.Name, g.Positions.Name]), ElementType.Float32); // CUDA's ArgMax takes no int64
        var last = g.Node(real, "ArgMax", [numbered.Name], ("axis", 1L), ("keepdims", 1L));
        return Labels.Linear(g, c, g.TokenAt(x, last), "score", bias: false);
    }

    static Value Dense(GraphBuilder g, ConfigReader c, Value x, Activation activation) =>
        Labels.Linear(g, c, g.LinearActivation(g.FirstToken(x), "classifier.dense", x.Width, activation), "classifier.out_proj");
}
