using System.Runtime.CompilerServices;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Reading;

/// <summary>
/// Reads units of any format into blocks of rows. One per host: it remembers where the records of a file begin and which ids it has,
/// so that successive ranges of one file are not searched from the file's start again. Units may be read concurrently, those of a
/// job with ids one after another.
/// </summary>
public sealed class RowReader
{
    readonly RowPlan _plan;
    readonly FileMemory _memory = new();
    ((string Source, string Version) File, FileIds Ids)? _ids;

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
        var ids = await LearnIdsAsync(unit, source, cancellationToken).ConfigureAwait(false);
        await foreach (var block in ReadAsync(unit, source, ids, cancellationToken).ConfigureAwait(false))
        {
            yield return block;
        }

        ids.Covered = Math.Max(ids.Covered, unit.End);
    }

    /// <summary>
    /// The ids of the records before the unit, read if need be: an id must be found again whichever host reads which part of the file.
    /// </summary>
    async ValueTask<FileIds> LearnIdsAsync(WorkUnit unit, IByteSource source, CancellationToken cancellationToken)
    {
        if (_plan.IdColumn is null || unit.IsWholeFile)
        {
            return new();
        }
        // Those of one file only: a host does the units of a file one after another.
        if (_ids is not { } kept || kept.File != (unit.Source, unit.Version))
        {
            _ids = kept = ((unit.Source, unit.Version), new());
        }

        var ids = kept.Ids;
        if (ids.Covered < unit.Start && !ids.IsFull)
        {
            await foreach (
                var block in ReadAsync(unit with { Start = ids.Covered, End = unit.Start }, source, ids, cancellationToken)
                    .ConfigureAwait(false)
            )
            {
                block.Dispose();
                if (ids.IsFull)
                {
                    return ids;
                }
            }
            ids.Covered = unit.Start;
        }
        return ids;
    }

    IAsyncEnumerable<RowBlock> ReadAsync(WorkUnit unit, IByteSource source, FileIds ids, CancellationToken cancellationToken) =>
        InputReaders.Of(unit.Format).ReadAsync(unit, source, new RowBuilder(unit, Options, _plan, ids), _memory, cancellationToken);
}
