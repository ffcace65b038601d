using ProcessingJob.Contract.Columns;

namespace ProcessingJob.Contract.Spec;

public enum RerankActivation
{
    /// <summary>As sentence-transformers' CrossEncoder finds it in the folder: sigmoid unless its files say otherwise.</summary>
    Auto,
    None,
    Sigmoid,
}

public sealed record RerankSpec
{
    public RerankActivation Activation { get; init; } = RerankActivation.Auto;
}

/// <summary>Task rerank: a score for a query and a document, by a cross-encoder.</summary>
static class Rerank
{
    public static TaskTraits Traits { get; } =
        new()
        {
            Kind = TaskKind.Rerank,
            Output = TaskOutput.Labels,
            InputKeys = ["text", "text_pair"],
            TakesPairs = true,
            Columns = _ => [new("score", ColumnKind.Float)],
            Check = spec => TextRules.Broken(spec).Concat(Broken(spec)),
            Keys =
            [
                SpecKey.Choice(
                    "rerank.activation",
                    "Logit to score; auto: as the model folder says, which is sigmoid where it says nothing.",
                    s => s.Rerank.Activation,
                    (s, v) => s with { Rerank = s.Rerank with { Activation = v } },
                    output: true
                ),
            ],
        };

    static IEnumerable<string> Broken(JobSpec s)
    {
        if (s.Input.TextPair is null)
        {
            yield return "input.text_pair: not set; task rerank scores a query (input.text) and a document (input.text_pair)";
        }
    }
}
