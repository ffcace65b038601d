namespace ProcessingJob.Models.Graphs;

/// <summary>What distinguishes one attention from another.</summary>
/// <param name="Heads">Of the query.</param>
/// <param name="HeadSize">Values a head.</param>
sealed record AttentionShape(int Heads, int HeadSize)
{
    /// <summary>Heads of key and value; query head h reads head h / (Heads / KeyValueHeads). Divides <see cref="Heads"/>.</summary>
    public int KeyValueHeads { get; init; } = Heads;

    /// <summary>Factor of the scores.</summary>
    public float Scale { get; init; } = (float)(1 / Math.Sqrt(HeadSize));

    /// <summary>Added to the scores: [1 or b, heads, s, s].</summary>
    public Value? Bias { get; init; }

    /// <summary>Rotary frequencies, HeadSize / 2 of them (arxiv.org/abs/2104.09864; halves, not pairs, are rotated).</summary>
    public float[]? Rope { get; init; }

    /// <summary>A token sees itself and what stands before it.</summary>
    public bool Causal { get; init; }

    /// <summary>Causal: key k is seen from q when q - k is less; otherwise when |q - k| is at most this. Null for all keys.</summary>
    public int? Window { get; init; }

    /// <summary>Norms of each head of query and key (Qwen3, Gemma 3), before the rotation.</summary>
    public Norm? QueryNorm { get; init; }

    public Norm? KeyNorm { get; init; }
}
