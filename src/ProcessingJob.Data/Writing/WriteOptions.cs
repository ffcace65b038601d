using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Columns;
using ProcessingJob.Data.Reading;

namespace ProcessingJob.Data.Writing;

/// <summary>How part files are written.</summary>
public sealed record WriteOptions
{
    public OutputFormat Format { get; init; } = OutputFormat.Parquet;

    /// <summary>Auto: zstd for Parquet, none for other formats.</summary>
    public OutputCompression Compression { get; init; } = OutputCompression.Auto;
    public int RowsPerPart { get; init; } = 100_000;

    /// <summary>A unit without rows writes a part of its columns alone, so that an output is never without a schema.</summary>
    public bool EmptyParts { get; init; } = true;

    /// <summary>Names of the splits in the order of <see cref="ColumnBlock.Splits"/>; empty for none.</summary>
    public IReadOnlyList<string> Splits { get; init; } = [];
    public string SpecFingerprint { get; init; } = "";
    public string ModelFingerprint { get; init; } = "";

    /// <summary>Key-value metadata of Parquet and Arrow parts.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>How the numbers are made; null: the task runs no model.</summary>
    public ComputeRecord? Computed { get; init; }

    /// <summary>Never auto.</summary>
    internal OutputCompression Compressed =>
        Compression != OutputCompression.Auto ? Compression
        : Format == OutputFormat.Parquet ? OutputCompression.Zstd
        : OutputCompression.None;

    public static WriteOptions From(JobSpec spec, string specFingerprint, string modelFingerprint) =>
        new()
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
/// <param name="Tokens">Tokens without padding.</param>
/// <param name="Truncated">Rows of which a part was cut off.</param>
public sealed record UnitCounts(long RowsIn, long RowsKept, long Tokens, long Truncated);
