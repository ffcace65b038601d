namespace ProcessingJob.Launcher.Progress;

/// <summary>How far a running job is.</summary>
public sealed record JobProgress
{
    /// <summary>Rows that are done.</summary>
    public long Rows { get; init; }
    public long Rejects { get; init; }

    /// <summary>Input bytes whose rows are done.</summary>
    public long Bytes { get; init; }

    /// <summary>Input bytes of the hosts that have told theirs; 0: none has.</summary>
    public long TotalBytes { get; init; }

    /// <summary>Of one second over the last minutes; null: not known.</summary>
    public double? RowsPerSecond { get; init; }

    /// <summary>Hosts that have said something.</summary>
    public int Hosts { get; init; }
}
