using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Values;

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
    public ScoreFunction Activation { get; init; } = ScoreFunction.Auto;

    /// <summary>Labels of the user's own, judged by a model of entailment (zero-shot); empty: the model's labels.</summary>
    public ValueList<string> Candidates { get; init; } = [];

    /// <summary>The sentence that a candidate is put into, in place of <c>{}</c>.</summary>
    public string Hypothesis { get; init; } = "This text is about {}.";

    /// <summary>A sentence about each candidate.</summary>
    public IReadOnlyList<string> Hypotheses => [.. Candidates.Select(c => Hypothesis.Replace(Classify.Place, c, StringComparison.Ordinal))];

    /// <summary>Candidates are judged one by one, so that several may be true.</summary>
    public bool MultiLabel { get; init; }
}

/// <summary>Task classify: labels and scores of texts or of pairs (cross-encoders), or of candidates (zero-shot).</summary>
static class Classify
{
    internal const string Place = "{}";

    public static TaskTraits Traits { get; } =
        new()
        {
            Kind = TaskKind.Classify,
            Output = TaskOutput.Labels,
            InputKeys = ["text"],
            TakesPairs = true,
            Columns = spec =>
                spec.Classify.TopK > 1 || spec.Classify.Candidates.Count > 0
                    ? [new("labels", ColumnKind.ListString), new("scores", ColumnKind.ListFloat)]
                    : [new("label", ColumnKind.String), new("score", ColumnKind.Float)],
            Check = spec => TextRules.Broken(spec).Concat(Broken(spec)),
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
                    "classify.activation",
                    "Logits to scores; auto: as the model folder says.",
                    s => s.Classify.Activation,
                    (s, v) => s with { Classify = s.Classify with { Activation = v } },
                    output: true
                ),
                SpecKey.List(
                    "classify.candidates",
                    "Labels of your own (zero-shot): a model of entailment says how well each fits. All are written, best first.",
                    s => s.Classify.Candidates,
                    (s, v) => s with { Classify = s.Classify with { Candidates = v } },
                    output: true
                ),
                SpecKey.Text(
                    "classify.hypothesis",
                    "With candidates: the sentence that each is put into, in place of {}.",
                    s => s.Classify.Hypothesis,
                    (s, v) => s with { Classify = s.Classify with { Hypothesis = v! } },
                    output: true
                ),
                SpecKey.Boolean(
                    "classify.multi_label",
                    "With candidates: several may be true, and scores do not sum to 1.",
                    s => s.Classify.MultiLabel,
                    (s, v) => s with { Classify = s.Classify with { MultiLabel = v } },
                    output: true
                ),
            ],
        };

    static IEnumerable<string> Broken(JobSpec s)
    {
        var (asked, own) = (s.Classify, new ClassifySpec());
        if (asked.Candidates.Count == 0)
        {
            if (asked.MultiLabel || asked.Hypothesis != own.Hypothesis)
            {
                yield return "classify.hypothesis and classify.multi_label are for classify.candidates, which are not set";
            }

            yield break;
        }

        if (asked.Hypothesis.IndexOfAny(['{', '}']) is var first && !IsPlace(asked.Hypothesis, first))
        {
            yield return $"classify.hypothesis: found '{asked.Hypothesis}', expected a sentence with {Place} once, where the candidate "
                + "stands";
        }

        if (asked.Candidates.FirstOrDefault(string.IsNullOrWhiteSpace) is not null)
        {
            yield return "classify.candidates: one is empty";
        }

        if (asked.Candidates.GroupBy(c => c, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            yield return $"classify.candidates: '{twice.Key}' stands there twice";
        }

        if (asked.TopK != own.TopK || asked.Activation != own.Activation)
        {
            yield return "classify.top_k and classify.activation are for the model's own labels; with classify.candidates all are written, "
                + "and classify.multi_label says how they are scored";
        }

        if (s.Input.TextPair is not null)
        {
            yield return "input.text_pair: with classify.candidates the second text is the hypothesis; fix: leave it out";
        }

        if (s.Tokens.Overflow == Overflow.Window)
        {
            yield return "tokens.overflow: window cannot be used with classify.candidates; expected truncate or reject";
        }

        if (s.Tokens.Truncation != TruncationSide.LongestFirst)
        {
            yield return "tokens.truncation: with classify.candidates the text is cut and the hypothesis kept whole; fix: leave it out";
        }
    }

    static bool IsPlace(string hypothesis, int first) =>
        first >= 0
        && string.CompareOrdinal(hypothesis, first, Place, 0, Place.Length) == 0
        && hypothesis.IndexOfAny(['{', '}'], first + Place.Length) < 0;
}
