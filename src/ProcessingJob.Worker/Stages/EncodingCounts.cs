namespace ProcessingJob.Worker.Stages;

/// <summary>Encodings of one block, counted by one lane before they are added to those of the host.</summary>
/// <param name="buckets">Of lengths; the last one is open.</param>
sealed class EncodingCounts(int buckets)
{
    readonly long[] _lengths = new long[buckets];

    public long Tokens { get; private set; }
    public long Truncated { get; private set; }

    /// <summary>Encodings by length, in buckets of <see cref="RunTotals.LengthBucket"/> tokens.</summary>
    public ReadOnlySpan<long> Lengths => _lengths;

    public void Add(int tokens, bool truncated)
    {
        Tokens += tokens;
        Truncated += truncated ? 1 : 0;
        _lengths[Math.Min(tokens / RunTotals.LengthBucket, _lengths.Length - 1)]++;
    }

    public void Clear()
    {
        (Tokens, Truncated) = (0, 0);
        Array.Clear(_lengths);
    }
}
