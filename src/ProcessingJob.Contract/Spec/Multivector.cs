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
            Columns = _ => [new("embeddings", ColumnKind.Typed) { Type = Vectors }],
            Check = TextRules.Broken,
            Keys = [],
        };

    static ColumnType Vectors { get; } = ListOf(ListOf(new(TypeKind.Float32)));

    static ColumnType ListOf(ColumnType item) => new(TypeKind.List) { Fields = [new("element", item, Nullable: false)] };
}
