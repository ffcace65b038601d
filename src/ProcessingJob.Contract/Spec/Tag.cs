using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Values;

namespace ProcessingJob.Contract.Spec;

/// <summary>How the labels of tokens become entities, as transformers' token-classification pipeline does it.</summary>
public enum TagAggregation
{
    /// <summary>Neighboring tokens of one label are an entity; B- begins another.</summary>
    Simple,

    /// <summary>A word has the label of its first token; then as simple.</summary>
    First,

    /// <summary>A word has the label of its tokens' mean scores; then as simple.</summary>
    Average,

    /// <summary>A word has the label of its token with the highest score; then as simple.</summary>
    Max,

    /// <summary>Every token is an entity of its own, with its label as the model names it.</summary>
    None,
}

public sealed record TagSpec
{
    public TagAggregation Aggregation { get; init; } = TagAggregation.Simple;

    /// <summary>The only labels that are written; empty: all but O.</summary>
    public ValueList<string> Labels { get; init; } = [];
}

/// <summary>Task tag: token classification.</summary>
static class Tag
{
    public static TaskTraits Traits { get; } =
        new()
        {
            Kind = TaskKind.Tag,
            Output = TaskOutput.TokenLabels,
            InputKeys = ["text"],
            JoinsWindows = true,
            Columns = _ =>
                [
                    new(
                        "entities",
                        ColumnKind.ListStruct,
                        Fields:
                        [
                            new("label", ColumnKind.String),
                            new("score", ColumnKind.Float),
                            new("start", ColumnKind.Int32),
                            new("end", ColumnKind.Int32),
                            new("text", ColumnKind.String),
                        ]
                    ),
                ],
            Check = spec => TextRules.Broken(spec).Concat(Broken(spec)),
            Keys =
            [
                SpecKey.Choice(
                    "tag.aggregation",
                    "How tokens' labels become entities, as transformers' aggregation_strategy.",
                    s => s.Tag.Aggregation,
                    (s, v) => s with { Tag = s.Tag with { Aggregation = v } },
                    output: true
                ),
                SpecKey.List(
                    "tag.labels",
                    "The only labels that are written, such as PER (with aggregation none: B-PER); default: all but O.",
                    s => s.Tag.Labels,
                    (s, v) => s with { Tag = s.Tag with { Labels = v } },
                    output: true
                ),
            ],
        };

    static IEnumerable<string> Broken(JobSpec s)
    {
        if (s.Tokens.Prompt is not (null or "") || s.Tokens.PromptName is not null)
        {
            yield return "tokens.prompt: task tag labels the text alone and knows no prompts; fix: leave tokens.prompt and "
                + "tokens.prompt_name out";
        }
    }
}
