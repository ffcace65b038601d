using System.Runtime.CompilerServices;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Reading;

/// <summary>
/// Reads units of any format into blocks of rows. One per host: it remembers where the records of a file begin and which ids it has,
/// so that successive ranges of one file are not searched from the file's start again. Thread-safe: units may be read concurrently.
/// </summary>
public sealed class RowReader
{
    readonly RowPlan _plan;
    readonly FileMemory _memory = new();
    readonly FileIdsInUse _ids = new();

    public RowReader(ReadOptions options)
    {
        Options = options;
        _plan = new(options);
    }

    public ReadOptions Options { get; }

    /// <summary>Type of <see cref="RowBlock.Id"/>; null when the spec names no id.</summary>
    public KeptColumn? IdColumn => _plan.IdColumn;

    /// <summary>Names and types of <see cref="RowBlock.Kept"/>: the schema without the id.</summary>
    public IReadOnlyList<KeptColumn> KeptColumns => _plan.KeptColumns;

    /// <summary>The unit's records in file order. Blocks belong to the caller, who disposes them.</summary>
    /// <exception cref="PJobException">The file as a whole cannot be read: truncated, not of its format, a named column is missing, changed
    /// while read.</exception>
    public async IAsyncEnumerable<RowBlock> ReadAsync(
        WorkUnit unit,
        IByteSource source,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        if (_plan.IdColumn is null || unit.IsWholeFile)
        {
            await foreach (var block in ReadAsync(unit, source, new FileIds(), cancellationToken).ConfigureAwait(false))
            {
                yield return block;
            }

            yield break;
        }

        using var use = _ids.Enter(unit);
        await LearnIdsAsync(unit, source, use.Ids, cancellationToken).ConfigureAwait(false);
        await foreach (var block in ReadAsync(unit, source, use.Ids, cancellationToken).ConfigureAwait(false))
        {
            yield return block;
        }

        use.Ids.Cover(unit.End);
    }

    /// <summary>
    /// The ids of the records before the unit, read if need be: an id must be found again whichever host reads which part of the file.
    /// </summary>
    async ValueTask LearnIdsAsync(WorkUnit unit, IByteSource source, FileIds ids, CancellationToken cancellationToken)
    {
        await ids.Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (ids.Covered >= unit.Start || ids.IsFull)
            {
                return;
            }

            await foreach (
                var block in ReadAsync(unit with { Start = ids.Covered, End = unit.Start }, source, ids, cancellationToken)
                    .ConfigureAwait(false)
            )
            {
                block.Dispose();
                if (ids.IsFull)
                {
                    return;
                }
            }

            ids.Cover(unit.Start);
        }
        finally
        {
            ids.Gate.Release();
        }
    }

    IAsyncEnumerable<RowBlock> ReadAsync(WorkUnit unit, IByteSource source, FileIds ids, CancellationToken cancellationToken) =>
        InputReaders.Of(unit.Format).ReadAsync(unit, source, new RowBuilder(unit, Options, _plan, ids), _memory, cancellationToken);
}
