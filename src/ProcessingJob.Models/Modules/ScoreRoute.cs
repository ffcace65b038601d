using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Models.Graphs;

namespace ProcessingJob.Models.Modules;

/// <summary>A logit per label for a text or a pair: of a classifier, or of a causal language model's last token.</summary>
public sealed record ScoreRoute : TaskRoute
{
    ScoreRoute(TransformerModule transformer, LogitScoreModule? score, IReadOnlyList<JobWarning> warnings) =>
        (Transformer, Score, Warnings) = (transformer, score, warnings);

    public TransformerModule Transformer { get; }

    /// <summary>Null for a classifier.</summary>
    public LogitScoreModule? Score { get; }

    public override SentenceModule Module => Transformer;

    public override GraphOptions GraphOptions =>
        Score is { } score
            ? new() { Head = GraphHead.LogitScore, ScoreTokens = (score.TrueToken, score.FalseToken) }
            : new() { Head = GraphHead.SequenceClassification };

    internal override IReadOnlyList<RouteOutput> GraphOutputs(int hidden, int labels, int vocabulary) =>
        [new RouteOutput("logits", -1, Score is null ? labels : 1)];

    /// <summary>For task classify: a Transformer with a classifier alone.</summary>
    /// <exception cref="PJobException">Model: other modules.</exception>
    public static TaskRoute ForLabels(SentenceFolder folder, TextRole role) =>
        folder.Modules is [TransformerModule { Task: TransformerModule.SequenceClassification } only]
            ? new ScoreRoute(only, null, folder.Warnings)
            : throw ModelError.Refuse(
                folder.Path,
                $"has the modules {Named(folder)}, expected a Transformer with a classifier alone"
                    + (folder.Kind == FolderKind.CrossEncoder ? "; fix: task: rerank" : "")
            );

    /// <summary>For task rerank: also LogitScore, and modules that make the score of a pooled vector.</summary>
    /// <exception cref="PJobException">Model: modules that make no score.</exception>
    public static TaskRoute ForRanking(SentenceFolder folder, TextRole role) =>
        folder.Modules switch
        {
            [TransformerModule { Task: TransformerModule.SequenceClassification } only] => new ScoreRoute(only, null, folder.Warnings),
            [TransformerModule { Task: TransformerModule.TextGeneration } decoder, LogitScoreModule score] => new ScoreRoute(
                decoder,
                score,
                folder.Warnings
            ),
            [TransformerModule { Task: TransformerModule.FeatureExtraction }, .., DenseModule { Output: Features.Scores }] => EmbedRoute.Of(
                folder,
                role
            ),
            _ => throw ModelError.Refuse(
                folder.Path,
                $"has the modules {Named(folder)}, expected a Transformer with a classifier, one with LogitScore, or one with Pooling and "
                    + "a Dense that writes scores"
            ),
        };

    static string Named(SentenceFolder folder) => string.Join(", ", folder.Modules.Select(m => m.Name));
}
