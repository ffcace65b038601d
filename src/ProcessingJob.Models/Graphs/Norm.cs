namespace ProcessingJob.Models.Graphs;

/// <summary>Normalization of the last axis: LayerNorm (arxiv.org/abs/1607.06450) or RMSNorm (arxiv.org/abs/1910.07467).</summary>
/// <param name="Name">Of the tensors, without <c>.weight</c>.</param>
/// <param name="Epsilon">Added to the variance or the mean square.</param>
sealed record Norm(NormKind Kind, string Name, float Epsilon)
{
    /// <summary>LayerNorm without a bias (ModernBERT).</summary>
    public bool NoBias { get; init; }

    public static Norm Layer(string name, double epsilon) => new(NormKind.Layer, name, (float)epsilon);

    public static Norm Rms(string name, double epsilon) => new(NormKind.Rms, name, (float)epsilon);

    /// <summary>Gemma's: multiplies by one plus the weight.</summary>
    public static Norm RmsOnePlus(string name, double epsilon) => new(NormKind.RmsOnePlus, name, (float)epsilon);
}

enum NormKind
{
    Layer,
    Rms,
    RmsOnePlus,
}
