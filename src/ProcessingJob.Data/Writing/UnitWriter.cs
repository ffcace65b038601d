using ProcessingJob.Contract;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Data.Columns;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Writing;

/// <summary>
/// Writes one unit's part files and rejects out of sight and commits them as a whole. The same rows give the same bytes. Not
/// thread-safe. Disposing it without a commit leaves nothing behind.
/// </summary>
public sealed class UnitWriter : IAsyncDisposable
{
    readonly IOutputStore _store;
    readonly SplitWriter[] _splits;
    readonly SortedDictionary<string, long> _rejects = new(StringComparer.Ordinal);
    PartFile? _rejectFile;

    public UnitWriter(IOutputStore store, WorkUnit unit, IReadOnlyList<OutputColumn> columns, WriteOptions options)
    {
        (_store, Unit, Columns, Options) = (store, unit, columns, options);
        _splits =
            options.Splits.Count == 0
                ? [new(store, unit, columns, options, null)]
                : [.. options.Splits.Select(name => new SplitWriter(store, unit, columns, options, name))];
    }

    public WorkUnit Unit { get; }
    public IReadOnlyList<OutputColumn> Columns { get; }
    public WriteOptions Options { get; }

    /// <summary>Rejects so far, by reason.</summary>
    public IReadOnlyDictionary<string, long> RejectCounts => _rejects;

    /// <summary>Rows so far.</summary>
    public long RowsOut => _splits.Sum(s => s.Rows);

    /// <summary>Copies the block's rows; the caller may clear and reuse it at once.</summary>
    /// <exception cref="PJobException">The output cannot be written.</exception>
    public async ValueTask WriteAsync(ColumnBlock block, CancellationToken cancellationToken = default)
    {
        if (_splits.Length == 1)
        {
            await _splits[0].AddAsync(block, 0, block.Count, cancellationToken).ConfigureAwait(false);
            return;
        }
        for (var start = 0; start < block.Count; )
        {
            var end = start + 1;
            while (end < block.Count && block.Splits[end] == block.Splits[start])
            {
                end++;
            }

            await _splits[block.Splits[start]].AddAsync(block, start, end - start, cancellationToken).ConfigureAwait(false);
            start = end;
        }
    }

    /// <summary>Adds a line to the unit's rejects.</summary>
    public async ValueTask RejectAsync(Reject reject, CancellationToken cancellationToken = default)
    {
        _rejectFile ??= await PartFile.CreateAsync(_store, OutputLayout.Rejects(Unit.Id), cancellationToken).ConfigureAwait(false);
        await _rejectFile.Output.WriteAsync(RejectLine.Format(reject), cancellationToken).ConfigureAwait(false);
        _rejects[reject.Reason] = _rejects.GetValueOrDefault(reject.Reason) + 1;
    }

    /// <summary>Encodes the rows that are still gathered; no more can be added. The rest of a commit is waiting.</summary>
    /// <exception cref="PJobException">The output cannot be written.</exception>
    public async ValueTask FlushAsync(CancellationToken cancellationToken = default)
    {
        var isEmpty = RowsOut == 0 && Options.EmptyParts;
        foreach (var split in _splits)
        {
            await split.FlushAsync(isEmpty, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Finishes and publishes all files, then the commit record.</summary>
    /// <returns>The record that stands: ours, or that of another attempt that was first.</returns>
    /// <exception cref="PJobException">The counts do not add up, or the output cannot be written.</exception>
    public async Task<UnitRecord> CommitAsync(UnitCounts counts, CancellationToken cancellationToken = default)
    {
        var rejected = _rejects.Values.Sum();
        if (counts.RowsIn != counts.RowsKept + rejected)
        {
            throw new PJobException(
                $"{Unit.Source}: rows do not add up: {counts.RowsIn} in, but {counts.RowsKept} kept + {rejected} rejected; "
                    + "nothing was committed for this unit"
            );
        }
        var parts = new List<PartRecord>();
        var files = new List<StagedFile>();
        await FlushAsync(cancellationToken).ConfigureAwait(false);
        foreach (var split in _splits)
        {
            await split.FinishAsync(cancellationToken).ConfigureAwait(false);
            parts.AddRange(split.Parts);
            files.AddRange(split.Files);
        }
        PartRecord? rejects = null;
        if (_rejectFile is not null)
        {
            rejects = await _rejectFile.FinishAsync(rejected, null, cancellationToken).ConfigureAwait(false);
            files.Add(_rejectFile.Staged);
        }
        CrashPoint.Reach(CrashPoint.AfterFsync);
        return await _store
            .CommitAsync(
                Unit.ToRecord() with
                {
                    SpecFingerprint = Options.SpecFingerprint,
                    ModelFingerprint = Options.ModelFingerprint,
                    Computed = Options.Computed,
                    RowsIn = counts.RowsIn,
                    RowsKept = counts.RowsKept,
                    RowsOut = RowsOut,
                    Rejects = _rejects,
                    Tokens = counts.Tokens,
                    Truncated = counts.Truncated,
                    Parts = parts,
                    Columns = [.. Columns.Select(c => new ColumnRecord(c.Name, c.TypeName))],
                    RejectFile = rejects,
                },
                files,
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    /// <summary>Removes everything that was staged and not published.</summary>
    public async ValueTask AbortAsync()
    {
        foreach (var each in _splits.Cast<IAsyncDisposable>().Concat(_rejectFile is { } rejects ? [rejects] : []))
        {
            try
            {
                await each.DisposeAsync().ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // One file that cannot be removed must not keep the others; the next run's probe removes it.
            }
        }

        _rejectFile = null;
    }

    public ValueTask DisposeAsync() => AbortAsync();
}
