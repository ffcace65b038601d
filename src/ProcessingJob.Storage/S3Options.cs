using ProcessingJob.Contract;

namespace ProcessingJob.Storage;

/// <summary>
/// How S3 is called. At most <see cref="RangeBytes"/> x (<see cref="Parallel"/> + 1) bytes are held per open sequential read.
/// </summary>
public sealed record S3Options
{
    /// <summary>Bytes of one ranged GET.</summary>
    public int RangeBytes { get; init; } = 8 << 20;

    /// <summary>Ranged GETs under way at once, ahead of the reader.</summary>
    public int Parallel { get; init; } = 4;

    /// <summary>
    /// Tries of one call before it fails: with the waits between them, most of a minute of SlowDown is survived. Fewer where the client
    /// itself tries again.
    /// </summary>
    public int Attempts { get; init; } = 10;

    /// <summary>The wait before try n is drawn from 0 to this x 2^n, at most 20 s.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>A call that takes longer is made again; whole files are moved without this limit.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Exit code of a refusal by the service.</summary>
    public ExitCode Refused { get; init; } = ExitCode.Failed;
}
