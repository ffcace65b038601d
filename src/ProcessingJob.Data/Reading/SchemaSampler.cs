using ProcessingJob.Contract;

namespace ProcessingJob.Data;

/// <summary>
/// Types of the id and the kept columns, for a job whose plan has no schema. Deterministic over the sampled file alone, so call it
/// on the ordinally first file: csv and tsv columns are strings; Parquet columns have the file's types; jsonl columns have the type
/// of all their non-null values among the first records (1,000 records or 1 MiB): int64, double, bool, else string.
/// </summary>
public static class SchemaSampler
{
    /// <summary>The id first (when the spec names one), then the kept columns in the spec's order; "*" is all columns in file order.</summary>
    /// <exception cref="PJobException">A named column is missing, or the file cannot be read.</exception>
    public static Task<IReadOnlyList<KeptColumn>> InferAsync(IByteSource source, InputFormat format, InputSpec input, CancellationToken cancellation = default) =>
        throw new NotImplementedException();
}
