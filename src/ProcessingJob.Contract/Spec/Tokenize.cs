using ProcessingJob.Contract.Columns;

namespace ProcessingJob.Contract.Spec;

/// <summary>Task tokenize: the features of <c>encode_plus</c>; runs no model.</summary>
static class Tokenize
{
    public static TaskTraits Traits { get; } =
        new()
        {
            Kind = TaskKind.Tokenize,
            Output = TaskOutput.None,
            InputKeys = ["text"],
            TakesPairs = true,
            Columns = ColumnsOf,
            MoreColumns = ["token_type_ids"],
            Check = TextRules.Broken,
            Keys =
            [
                SpecKey.Choice(
                    "tokens.padding",
                    "Task tokenize: pad every row to max_length, or not at all.",
                    s => s.Tokens.Padding,
                    (s, v) => s with { Tokens = s.Tokens with { Padding = v } },
                    output: true
                ),
                SpecKey.Boolean(
                    "tokens.special_tokens_mask",
                    "Task tokenize: also write special_tokens_mask.",
                    s => s.Tokens.SpecialTokensMask,
                    (s, v) => s with { Tokens = s.Tokens with { SpecialTokensMask = v } },
                    output: true
                ),
                SpecKey.Boolean(
                    "tokens.offsets",
                    "Task tokenize: also write the offsets of tokens in the text.",
                    s => s.Tokens.Offsets,
                    (s, v) => s with { Tokens = s.Tokens with { Offsets = v } },
                    output: true
                ),
            ],
        };

    static List<OutputColumn> ColumnsOf(JobSpec spec)
    {
        var columns = new List<OutputColumn> { new("input_ids", ColumnKind.ListInt32), new("attention_mask", ColumnKind.ListInt8) };
        if (spec.Tokens.SpecialTokensMask)
        {
            columns.Add(new("special_tokens_mask", ColumnKind.ListInt8));
        }

        if (spec.Tokens.Offsets)
        {
            columns.Add(new("offsets", ColumnKind.ListInt32));
        }

        return columns;
    }
}
