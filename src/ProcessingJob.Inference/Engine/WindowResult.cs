namespace ProcessingJob.Inference;

/// <summary>
/// Results of one window, in its order. Pooled: dispose when read; spans are invalid afterwards.
/// </summary>
public sealed class WindowResult : IDisposable
{
    /// <summary>Encodings.</summary>
    public int Count => throw new NotImplementedException();

    /// <summary>Floats per encoding; 0 for answer.</summary>
    public int Width => throw new NotImplementedException();

    /// <summary>The embedding or the logits of encoding i: <see cref="Width"/> floats.</summary>
    public ReadOnlySpan<float> Row(int i) => throw new NotImplementedException();

    /// <summary>All rows, one after another: Count x Width.</summary>
    public ReadOnlySpan<float> Rows => throw new NotImplementedException();

    /// <summary>Answer: one start logit per token of encoding i.</summary>
    public ReadOnlySpan<float> Start(int i) => throw new NotImplementedException();

    /// <summary>Answer: one end logit per token of encoding i.</summary>
    public ReadOnlySpan<float> End(int i) => throw new NotImplementedException();

    /// <summary>True when encoding i has NaN or infinity even when run alone: a reject (not_finite). Its floats are zero.</summary>
    public bool NotFinite(int i) => throw new NotImplementedException();

    /// <summary>How many are not finite.</summary>
    public int NotFiniteCount => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}
