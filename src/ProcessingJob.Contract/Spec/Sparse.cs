using ProcessingJob.Contract.Columns;

namespace ProcessingJob.Contract.Spec;

public sealed record SparseSpec
{
    /// <summary>Weights that are kept of a text, the largest; 0: as many as the folder keeps, which is all where it does not say.</summary>
    public int TopK { get; init; }

    /// <summary>Weights below it are left out.</summary>
    public double MinWeight { get; init; }
}

/// <summary>Task sparse: a weight for every vocabulary entry that matters (SPLADE and its kind).</summary>
static class Sparse
{
    public static TaskTraits Traits { get; } =
        new()
        {
            Kind = TaskKind.Sparse,
            Output = TaskOutput.SparseVector,
            InputKeys = ["text"],
            HasRoles = true,
            Columns = _ => [new("indices", ColumnKind.ListInt32), new("values", ColumnKind.ListFloat)],
            Check = TextRules.Broken,
            Keys =
            [
                SpecKey.Integer(
                    "sparse.top_k",
                    "Largest weights that are kept of a text; 0: as the model folder says, else all.",
                    0,
                    1_000_000,
                    s => s.Sparse.TopK,
                    (s, v) => s with { Sparse = s.Sparse with { TopK = v } },
                    output: true
                ),
                SpecKey.Number(
                    "sparse.min_weight",
                    "Smaller weights are left out.",
                    0,
                    1e9,
                    s => s.Sparse.MinWeight,
                    (s, v) => s with { Sparse = s.Sparse with { MinWeight = v } },
                    output: true
                ),
            ],
        };
}
