using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using ProcessingJob.Contract;
using ProcessingJob.Storage;

namespace ProcessingJob.Data;

/// <summary>
/// Reads units of any format into blocks of rows. One per host: it remembers where the records of a file begin and which ids it has,
/// so that successive ranges of one file are not searched from the file's start again. Units may be read concurrently, those of a
/// job with ids one after another.
/// </summary>
public sealed class RowReader
{
    readonly RowPlan _plan;
    readonly PrefixIndex _prefixes = new();
    readonly ConcurrentDictionary<(string Source, string Version), FileHead> _heads = new();
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
    /// <exception cref="PJobException">The file as a whole cannot be read: truncated, not of its format, a named column is missing, changed while read.</exception>
    public async IAsyncEnumerable<RowBlock> ReadAsync(
        WorkUnit unit,
        IByteSource source,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        var ids = await LearnIdsAsync(unit, source, cancellationToken).ConfigureAwait(false);
        BalanceFilter? balance = null;
        if (Options.Balance is not null)
        {
            balance = await BalanceFilter.CreateAsync(ReadAsync(unit, source, ids, null, cancellationToken)).ConfigureAwait(false);
        }

        await foreach (var block in ReadAsync(unit, source, ids, balance, cancellationToken).ConfigureAwait(false))
        {
            // A column that jsonl rows do not have is no error of the format: it would leave out everything.
            if (balance is { IsEmpty: true } && block.Filtered > 0)
            {
                block.Dispose();
                throw new PJobException(
                    $"{unit.Source}: no row from byte {unit.Start} to {unit.End} has a value in '{Options.Balance}'; set output.balance to a column of the data"
                );
            }
            yield return block;
        }
        ids.Covered = Math.Max(ids.Covered, unit.End);
    }

    /// <summary>The ids of the records before the unit, read if need be: an id must be found again whichever host reads which part of the file.</summary>
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
                var block in ReadAsync(unit with { Start = ids.Covered, End = unit.Start }, source, ids, null, cancellationToken)
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

    IAsyncEnumerable<RowBlock> ReadAsync(
        WorkUnit unit,
        IByteSource source,
        FileIds ids,
        BalanceFilter? balance,
        CancellationToken cancellationToken
    )
    {
        var builder = new RowBuilder(unit, Options, _plan, ids, balance);
        return unit.Format == InputFormat.Parquet
            ? new ParquetUnitReader(unit, source, builder).ReadAsync(cancellationToken)
            : ReadRecordsAsync(unit, source, builder, cancellationToken);
    }

    async IAsyncEnumerable<RowBlock> ReadRecordsAsync(
        WorkUnit unit,
        IByteSource source,
        RowBuilder builder,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if (source.Length == 0)
        {
            yield break;
        }

        if (!_heads.TryGetValue((unit.Source, unit.Version), out var head))
        {
            head = await FileHead.ReadAsync(source, unit.Format, Options, cancellationToken).ConfigureAwait(false);
            // A file that is one unit is not looked at again, and there may be a million of them.
            if (!unit.IsWholeFile)
            {
                _heads[(unit.Source, unit.Version)] = head;
            }
        }
        var format = CreateFormat(unit, head);
        await foreach (
            var block in new RecordReader(unit, source, Options, head, format, _prefixes)
                .ReadAsync(builder, cancellationToken)
                .ConfigureAwait(false)
        )
        {
            yield return block;
        }
    }

    RecordFormat CreateFormat(WorkUnit unit, FileHead head)
    {
        switch (unit.Format)
        {
            case InputFormat.Csv or InputFormat.Tsv:
                // A file without even a header has no rows either.
                if (head.Columns.Length > 0)
                {
                    _plan.CheckFound(unit.Source, head.Columns);
                }

                if (_plan.Names.FirstOrDefault(name => head.Columns.Count(c => c == name) > 1) is { } twice)
                {
                    throw new PJobException($"{unit.Source}: the header names the column '{twice}' more than once; rename all but one");
                }

                return new CsvFormat(
                    CsvFormat.DelimiterOf(Options.Input, unit.Format),
                    unit.Format == InputFormat.Csv,
                    [.. head.Columns.Select(name => Array.IndexOf(_plan.Names, name))],
                    _plan.Names.Length
                );
            case InputFormat.Jsonl:
                return new JsonlFormat(_plan);
            case InputFormat.Text:
                _plan.CheckFound(unit.Source, [RowPlan.TextColumn]);
                return Options.Input.Rows == TextRows.File ? new TextFileFormat(_plan.Names.Length) : new TextFormat(_plan.Names.Length);
            default:
                throw new PJobException($"{unit.Source}: no reader for format {Names.Of(unit.Format)}");
        }
    }
}
