namespace ProcessingJob.Data;

/// <summary>How objects are read from S3. At most <see cref="RangeBytes"/> x (<see cref="Parallel"/> + 1) bytes are held per open sequential read.</summary>
public sealed record S3ReadOptions
{
    /// <summary>Bytes of one ranged GET.</summary>
    public int RangeBytes { get; init; } = 8 << 20;

    /// <summary>Ranged GETs under way at once, ahead of the reader.</summary>
    public int Parallel { get; init; } = 4;

    /// <summary>Tries of one call before it fails: with the waits between them, most of a minute of SlowDown is survived.</summary>
    public int Attempts { get; init; } = 10;

    /// <summary>The wait before try n is drawn from 0 to this x 2^n, at most 20 s.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>A range that takes longer is asked for again.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);
}
