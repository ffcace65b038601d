using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Values;

namespace ProcessingJob.Contract.Spec;

public sealed record AnswerSpec
{
    public int TopK { get; init; } = 1;

    /// <summary>Tokens.</summary>
    public int MaxAnswerLength { get; init; } = 30;
    public bool NoAnswer { get; init; }

    /// <summary>With no_answer: added to the no-answer score before it is compared with the best span's (SQuAD 2).</summary>
    public double NoAnswerThreshold { get; init; }

    /// <summary>Asked of every context, instead of a question column.</summary>
    public ValueList<string> Questions { get; init; } = [];

    /// <summary>Also write start and end logits of every token.</summary>
    public bool Logits { get; init; }
}

/// <summary>Task answer: extractive question answering.</summary>
static class Answer
{
    public static TaskTraits Traits { get; } =
        new()
        {
            Kind = TaskKind.Answer,
            Output = TaskOutput.Spans,
            InputKeys = ["question", "context"],
            JoinsWindows = true,
            Columns = ColumnsOf,
            Check = Broken,
            Keys =
            [
                SpecKey.Integer(
                    "answer.top_k",
                    "Answers per question.",
                    1,
                    1_000,
                    s => s.Answer.TopK,
                    (s, v) => s with { Answer = s.Answer with { TopK = v } },
                    output: true
                ),
                SpecKey.Integer(
                    "answer.max_answer_length",
                    "Longest answer, in tokens.",
                    1,
                    10_000,
                    s => s.Answer.MaxAnswerLength,
                    (s, v) => s with { Answer = s.Answer with { MaxAnswerLength = v } },
                    output: true
                ),
                SpecKey.Boolean(
                    "answer.no_answer",
                    "Allow 'no answer' (SQuAD 2).",
                    s => s.Answer.NoAnswer,
                    (s, v) => s with { Answer = s.Answer with { NoAnswer = v } },
                    output: true
                ),
                SpecKey.Number(
                    "answer.no_answer_threshold",
                    "Added to the no-answer score before it is compared.",
                    -1e6,
                    1e6,
                    s => s.Answer.NoAnswerThreshold,
                    (s, v) => s with { Answer = s.Answer with { NoAnswerThreshold = v } },
                    output: true
                ),
                SpecKey.List(
                    "answer.questions",
                    "Questions asked of every context, instead of input.question.",
                    s => s.Answer.Questions,
                    (s, v) => s with { Answer = s.Answer with { Questions = v } },
                    output: true
                ),
                SpecKey.Boolean(
                    "answer.logits",
                    "Also write start and end logits of every token.",
                    s => s.Answer.Logits,
                    (s, v) => s with { Answer = s.Answer with { Logits = v } },
                    output: true
                ),
            ],
        };

    static List<OutputColumn> ColumnsOf(JobSpec spec)
    {
        OutputColumn[] answer =
        [
            new("answer", ColumnKind.String, Nullable: true),
            new("start", ColumnKind.Int32, Nullable: true),
            new("end", ColumnKind.Int32, Nullable: true),
            new("score", ColumnKind.Float),
        ];
        var columns = new List<OutputColumn>();
        if (spec.Answer.Questions.Count > 0)
        {
            columns.Add(new("question", ColumnKind.String));
        }

        columns.AddRange(spec.Answer.TopK > 1 ? [new("answers", ColumnKind.ListStruct, Fields: answer)] : answer);
        if (spec.Answer.Logits)
        {
            columns.AddRange([new("start_logits", ColumnKind.ListFloat), new("end_logits", ColumnKind.ListFloat)]);
        }

        return columns;
    }

    static IEnumerable<string> Broken(JobSpec s)
    {
        if ((s.Input.Question is null) == (s.Answer.Questions.Count == 0))
        {
            yield return "input.question: expected either this column or answer.questions, and not both";
        }

        if (s.Input.Context is null)
        {
            yield return "input.context: not set; expected the column that holds the text to answer from";
        }

        // Task answer reads long contexts in windows unless they are to be rejected.
        if (s.Tokens.Overflow != Overflow.Reject && s.Tokens.MaxLength is { } max && s.Tokens.Stride >= max - 4)
        {
            yield return $"tokens.stride: {s.Tokens.Stride} leaves no room for question and context in tokens.max_length {max}";
        }
    }
}
