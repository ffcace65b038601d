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

    /// <summary>The unit's records, file by file and in each file's order. Blocks belong to the caller, who disposes them.</summary>
    /// <exception cref="PJobException">A file as a whole cannot be read: truncated, not of its format, a named column is missing, changed
    /// while read. The message names all such files of the unit, or the first five.</exception>
    public async IAsyncEnumerable<RowBlock> ReadAsync(
        WorkUnit unit,
        IDataRoot data,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        var rows = new RowBuilder(Options, _plan);
        var faults = new List<PJobException>();
        foreach (var piece in unit.Pieces)
        {
            var blocks = ReadFileAsync(piece, data, rows, cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using var blocksScope = blocks.ConfigureAwait(false);
            while (true)
            {
                try
                {
                    if (!await blocks.MoveNextAsync().ConfigureAwait(false))
                    {
                        break;
                    }
                }
                catch (PJobException e) when (e.ExitCode == ExitCode.Failed && unit.Files is not null)
                {
                    // Nothing of the unit will be committed, but whoever mends one file should hear of the others.
                    faults.Add(e);
                    break;
                }

                if (faults.Count == 0)
                {
                    yield return blocks.Current;
                }
                else
                {
                    blocks.Current.Dispose();
                }
            }
        }

        if (faults.Count > 0)
        {
            rows.Take().Dispose();
            throw faults.Count == 1 ? faults[0] : Together(faults);
        }

        if (rows.HasRecords)
        {
            yield return rows.Take();
        }
    }

    /// <summary>The same of a file or a range that is open.</summary>
    /// <exception cref="PJobException">As above.</exception>
    public async IAsyncEnumerable<RowBlock> ReadAsync(
        WorkUnit unit,
        IByteSource source,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        var rows = new RowBuilder(Options, _plan);
        await foreach (var block in ReadOpenAsync(unit, source, rows, cancellationToken).ConfigureAwait(false))
        {
            yield return block;
        }

        if (rows.HasRecords)
        {
            yield return rows.Take();
        }
    }

    async IAsyncEnumerable<RowBlock> ReadFileAsync(
        WorkUnit file,
        IDataRoot data,
        RowBuilder rows,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var source = await data.OpenAsync(file, cancellationToken).ConfigureAwait(false);
        await using var sourceScope = source.ConfigureAwait(false);
        await foreach (var block in ReadOpenAsync(file, source, rows, cancellationToken).ConfigureAwait(false))
        {
            yield return block;
        }

        source.CheckUnchanged();
    }

    async IAsyncEnumerable<RowBlock> ReadOpenAsync(
        WorkUnit unit,
        IByteSource source,
        RowBuilder rows,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if (_plan.IdColumn is null || unit.IsWholeFile)
        {
            await foreach (var block in ReadAsync(unit, source, rows, new FileIds(), cancellationToken).ConfigureAwait(false))
            {
                yield return block;
            }

            yield break;
        }

        using var use = _ids.Enter(unit);
        await LearnIdsAsync(unit, source, use.Ids, cancellationToken).ConfigureAwait(false);
        await foreach (var block in ReadAsync(unit, source, rows, use.Ids, cancellationToken).ConfigureAwait(false))
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
        var rows = new RowBuilder(Options, _plan);
        try
        {
            if (ids.Covered >= unit.Start || ids.IsFull)
            {
                return;
            }

            await foreach (
                var block in ReadAsync(unit with { Start = ids.Covered, End = unit.Start }, source, rows, ids, cancellationToken)
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
            rows.Take().Dispose();
            ids.Gate.Release();
        }
    }

    IAsyncEnumerable<RowBlock> ReadAsync(
        WorkUnit unit,
        IByteSource source,
        RowBuilder rows,
        FileIds ids,
        CancellationToken cancellationToken
    )
    {
        rows.Begin(unit, ids);
        return InputReaders.Of(unit.Format).ReadAsync(unit, source, rows, _memory, cancellationToken);
    }

    static PJobException Together(List<PJobException> faults) =>
        new(
            string.Join('\n', faults.Take(5).Select(f => f.Message)) + (faults.Count > 5 ? $"\n… and {faults.Count - 5} more files" : ""),
            ExitCode.Failed,
            faults[0]
        );
}
