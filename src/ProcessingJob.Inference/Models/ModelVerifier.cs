namespace ProcessingJob.Inference;

/// <summary>One comparison of embeddings or logits.</summary>
/// <param name="Name">What was compared, e.g. "optimized vs unoptimized".</param>
/// <param name="MinCosine">Over the texts.</param>
/// <param name="MeanCosine">Over the texts.</param>
/// <param name="MaxDifference">Largest absolute difference of a value.</param>
/// <param name="Required">The least MinCosine that passes.</param>
public sealed record Comparison(string Name, double MinCosine, double MeanCosine, double MaxDifference, double Required)
{
    public bool Passed => MinCosine >= Required;
}

/// <summary>One line of the tuning table.</summary>
/// <param name="TokenBudget">Padded tokens per batch.</param>
/// <param name="TokensPerSecond">Real tokens.</param>
/// <param name="Fill">Real/padded.</param>
public sealed record TuneResult(int TokenBudget, double TokensPerSecond, double Fill);

/// <summary>Checks that a model computes what it should on a device.</summary>
public static class ModelVerifier
{
    /// <summary>Compares optimised with unoptimised graph, every ONNX file with float32, batched with single rows, and, given a
    /// reference file (jsonl of {"text","embedding"}), against that.</summary>
    public static IReadOnlyList<Comparison> Verify(ModelFolder model, EngineOptions options, string? referenceFile = null) =>
        throw new NotImplementedException();

    /// <summary>Measures token budgets on encodings of the first texts, best of the results last.</summary>
    public static IReadOnlyList<TuneResult> Tune(ModelFolder model, EngineOptions options, Tokenization.EncodingBuffer texts) =>
        throw new NotImplementedException();
}
