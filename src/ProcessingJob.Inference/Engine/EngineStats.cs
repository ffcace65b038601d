namespace ProcessingJob.Inference.Engine;

/// <summary>Counts and times of an engine since it was made.</summary>
public sealed record EngineStats
{
    public long Blocks { get; init; }

    public long Rows { get; init; }

    /// <summary>Tokens of the encodings given, equal ones counted every time.</summary>
    public long Tokens { get; init; }

    /// <summary>Tokens that went through a device, without padding.</summary>
    public long RealTokens { get; init; }

    /// <summary>Tokens that went through a device, with padding.</summary>
    public long PaddedTokens { get; init; }

    public long Batches { get; init; }

    /// <summary>Batches that wait for a device now.</summary>
    public int QueuedBatches { get; init; }

    /// <summary>Rows answered from an equal row of the same block.</summary>
    public long DuplicateRows { get; init; }

    /// <summary>Rows run again alone because of NaN or infinity.</summary>
    public long RetriedRows { get; init; }

    /// <summary>Rows that stayed not finite.</summary>
    public long NotFiniteRows { get; init; }

    /// <summary>Batches cut in two because a device ran out of memory.</summary>
    public long Halvings { get; init; }

    /// <summary>Sessions made anew.</summary>
    public long Recreations { get; init; }

    public IReadOnlyList<DeviceStats> Devices { get; init; } = [];

    /// <summary>Real tokens / padded tokens, 0 to 1.</summary>
    public double Fill => PaddedTokens == 0 ? 1 : (double)RealTokens / PaddedTokens;

    /// <summary>Inference threads' busy time / (busy + waiting), 0 to 1.</summary>
    public double Busy
    {
        get
        {
            var busy = Devices.Sum(d => d.Busy.TotalSeconds);
            var all = busy + Devices.Sum(d => d.Waiting.TotalSeconds);
            return all == 0 ? 0 : busy / all;
        }
    }
}

/// <summary>One device's share.</summary>
/// <param name="Name">E.g. <c>cpu</c>, <c>cuda:0</c>.</param>
/// <param name="Threads">Inference threads calling it.</param>
/// <param name="Busy">Summed over threads.</param>
/// <param name="Waiting">For batches, summed over threads, between the first and the last batch.</param>
/// <param name="Batches">Run.</param>
/// <param name="Tokens">Padded.</param>
public sealed record DeviceStats(string Name, int Threads, TimeSpan Busy, TimeSpan Waiting, long Batches, long Tokens);
