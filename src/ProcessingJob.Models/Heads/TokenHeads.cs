using ProcessingJob.Models.Configs;
using ProcessingJob.Models.Graphs;

namespace ProcessingJob.Models.Heads;

/// <summary>Heads on every token: classifiers of tokens, and question answering (column 0 is the start, 1 the end).</summary>
static class TokenHeads
{
    public static Value Classifier(GraphBuilder g, ConfigReader c, Value x) => Labels.Linear(g, c, x, "classifier");

    /// <summary>Decoders.</summary>
    public static Value Score(GraphBuilder g, ConfigReader c, Value x) => Labels.Linear(g, c, x, "score");

    public static Value Answers(GraphBuilder g, ConfigReader c, Value x) => g.Linear(x, "qa_outputs", 2);

    public static Value ModernBertTokens(GraphBuilder g, ConfigReader c, Value x) =>
        Labels.Linear(g, c, ModernBertHead(g, c, x), "classifier");

    public static Value ModernBertAnswers(GraphBuilder g, ConfigReader c, Value x) => g.Linear(ModernBertHead(g, c, x), "classifier", 2);

    /// <summary>ModernBERT's prediction head, before every classifier and before the decoder.</summary>
    public static Value ModernBertHead(GraphBuilder g, ConfigReader c, Value x)
    {
        var y = g.LinearActivation(x, "head.dense", x.Width, c.Activation("classifier_activation"), c.Flag("classifier_bias"));
        return g.Normalize(y, Norm.Layer("head.norm", c.Positive("norm_eps")) with { NoBias = !c.Flag("norm_bias") });
    }
}
