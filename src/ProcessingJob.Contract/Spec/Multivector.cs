using ProcessingJob.Contract.Columns;

namespace ProcessingJob.Contract.Spec;

/// <summary>Task multivector: a vector for every token that is scored (ColBERT and its kind).</summary>
static class Multivector
{
    public static TaskTraits Traits { get; } =
        new()
        {
            Kind = TaskKind.Multivector,
            Output = TaskOutput.TokenVectors,
            InputKeys = ["text"],
            HasRoles = true,
            Columns = _ => [new("embeddings", ColumnKind.Typed) { Type = Vectors }],
            Check = spec => TextRules.Broken(spec).Concat(Broken(spec)),
            Keys = [],
        };

    static IEnumerable<string> Broken(JobSpec s)
    {
        if (s.Embed.Role == TextRole.Query && s.Tokens.Overflow == Overflow.Window)
        {
            yield return "tokens.overflow: window cuts a text into pieces that are no queries; with embed.role query expected truncate or "
                + "reject";
        }
    }

    static ColumnType Vectors { get; } = ListOf(ListOf(new(TypeKind.Float32)));

    static ColumnType ListOf(ColumnType item) => new(TypeKind.List) { Fields = [new("element", item, Nullable: false)] };
}
