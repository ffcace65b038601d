using ProcessingJob.Contract;

namespace ProcessingJob.Data;

/// <summary>
/// Reads units of any format into blocks of rows. One per host: it remembers where the records of a file begin, so that successive
/// ranges of one file are not searched from the file's start again. Units may be read concurrently.
/// </summary>
public sealed class RowReader(ReadOptions options)
{
    public ReadOptions Options { get; } = options;

    /// <summary>Type of <see cref="RowBlock.Id"/>; null when the spec names no id.</summary>
    public KeptColumn? IdColumn { get; } = options.Schema.FirstOrDefault(c => c.Name == options.Input.Id);

    /// <summary>Names and types of <see cref="RowBlock.Kept"/>: the schema without the id.</summary>
    public IReadOnlyList<KeptColumn> KeptColumns { get; } = [.. options.Schema.Where(c => c.Name != options.Input.Id)];

    /// <summary>The unit's records in file order. Blocks belong to the caller, who disposes them.</summary>
    /// <exception cref="PJobException">The file as a whole cannot be read: truncated, not of its format, a named column is missing, changed while read.</exception>
    public IAsyncEnumerable<RowBlock> ReadAsync(WorkUnit unit, IByteSource source, CancellationToken cancellation = default) =>
        throw new NotImplementedException();
}
