using ProcessingJob.Contract.Columns;

namespace ProcessingJob.Contract.Spec;

public enum ScoreFunction
{
    Auto,
    Softmax,
    Sigmoid,
    None,
}

public sealed record ClassifySpec
{
    public int TopK { get; init; } = 1;
    public ScoreFunction Function { get; init; } = ScoreFunction.Auto;
}

/// <summary>Task classify: labels and scores of texts or of pairs (cross-encoders).</summary>
static class Classify
{
    public static TaskTraits Traits { get; } =
        new()
        {
            Kind = TaskKind.Classify,
            Output = TaskOutput.Labels,
            InputKeys = ["text"],
            TakesPairs = true,
            Columns = spec =>
                spec.Classify.TopK > 1
                    ? [new("labels", ColumnKind.ListString), new("scores", ColumnKind.ListFloat)]
                    : [new("label", ColumnKind.String), new("score", ColumnKind.Float)],
            Check = TextRules.Broken,
            Keys =
            [
                SpecKey.Integer(
                    "classify.top_k",
                    "Labels per row.",
                    1,
                    10_000,
                    s => s.Classify.TopK,
                    (s, v) => s with { Classify = s.Classify with { TopK = v } },
                    output: true
                ),
                SpecKey.Choice(
                    "classify.function",
                    "Logits to scores; auto: as the model folder says.",
                    s => s.Classify.Function,
                    (s, v) => s with { Classify = s.Classify with { Function = v } },
                    output: true
                ),
            ],
        };
}
