using ProcessingJob.Contract;

namespace ProcessingJob.Data;

/// <summary>How part files are written.</summary>
public sealed record WriteOptions
{
    public OutputFormat Format { get; init; } = OutputFormat.Parquet;
    public OutputCompression Compression { get; init; } = OutputCompression.Snappy;
    public int RowsPerPart { get; init; } = 100_000;

    /// <summary>Names of the splits in the order of <see cref="ColumnBlock.Splits"/>; empty for none.</summary>
    public IReadOnlyList<string> Splits { get; init; } = [];
    public string SpecFingerprint { get; init; } = "";
    public string ModelFingerprint { get; init; } = "";

    public static WriteOptions From(JobSpec spec, string specFingerprint, string modelFingerprint) => new()
    {
        Format = spec.Output.Format,
        Compression = spec.Output.Compression,
        RowsPerPart = spec.Output.RowsPerPart,
        Splits = [.. spec.Output.Split.Select(s => s.Key)],
        SpecFingerprint = specFingerprint,
        ModelFingerprint = modelFingerprint,
    };
}

/// <summary>What only the caller knows about a unit when it is committed.</summary>
/// <param name="RowsIn">Sum of <see cref="RowBlock.RecordsIn"/>.</param>
/// <param name="RowsKept">Input rows that gave output rows.</param>
/// <param name="Filtered">Sum of <see cref="RowBlock.Filtered"/>.</param>
public sealed record UnitCounts(long RowsIn, long RowsKept, long Filtered, long Tokens, long Truncated);

/// <summary>
/// Writes one unit's part files and rejects out of sight and commits them as a whole. The same rows give the same bytes. Not
/// thread-safe. Disposing it without a commit leaves nothing behind.
/// </summary>
public sealed class UnitWriter(IOutputStore store, WorkUnit unit, IReadOnlyList<OutputColumn> columns, WriteOptions options) : IAsyncDisposable
{
    public WorkUnit Unit { get; } = unit;
    public IReadOnlyList<OutputColumn> Columns { get; } = columns;
    public WriteOptions Options { get; } = options;

    /// <summary>Rejects so far, by reason.</summary>
    public IReadOnlyDictionary<string, long> RejectCounts => throw new NotImplementedException();

    /// <summary>Copies the block's rows; the caller may clear and reuse it at once.</summary>
    public ValueTask WriteAsync(ColumnBlock block, CancellationToken cancellation = default) => throw new NotImplementedException();

    /// <summary>Adds a line to the unit's rejects.</summary>
    public ValueTask RejectAsync(Reject reject, CancellationToken cancellation = default) => throw new NotImplementedException();

    /// <summary>Finishes and publishes all files, then the commit record.</summary>
    /// <returns>The record that stands: ours, or that of another attempt that was first.</returns>
    /// <exception cref="PJobException">The counts do not add up, or the output cannot be written.</exception>
    public Task<UnitRecord> CommitAsync(UnitCounts counts, CancellationToken cancellation = default) => throw new NotImplementedException(store.ToString());

    /// <summary>Removes everything that was staged.</summary>
    public ValueTask AbortAsync() => throw new NotImplementedException();

    public ValueTask DisposeAsync() => AbortAsync();
}
