using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Columns;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Writing;

/// <summary>The parts of one split of one unit: gathers rows into groups, groups into parts.</summary>
sealed class SplitWriter(IOutputStore store, WorkUnit unit, IReadOnlyList<OutputColumn> columns, WriteOptions options, string? split)
    : IAsyncDisposable
{
    const long GroupBytes = 16 << 20;
    const int GroupRows = 65_536;
    readonly ColumnBlock _pending = new(columns);
    readonly List<PartFile> _files = [];
    IPartFormat? _part;
    long _rowsInPart;
    bool _isFlushed;

    public long Rows { get; private set; }
    public List<PartRecord> Parts { get; } = [];
    public IEnumerable<StagedFile> Files => _files.Select(f => f.Staged);

    public async ValueTask AddAsync(ColumnBlock block, int start, int count, CancellationToken cancellationToken)
    {
        if (Rows == 0 && count > 0)
        {
            MakeRoom(block);
        }

        // Few rows at a time where rows are large, so that a group never grows far beyond its limit within one block.
        var rowBytes = Math.Max(1, block.Columns.Sum(c => c.Bytes) / Math.Max(1, block.Count));
        var stride = Math.Clamp(GroupBytes / rowBytes, 1, 256);
        while (count > 0)
        {
            var step = (int)Math.Min(Math.Min(count, stride), options.RowsPerPart - _rowsInPart - _pending.Count);
            for (var c = 0; c < block.Columns.Count; c++)
            {
                _pending.Columns[c].AppendRange(block.Columns[c], start, step);
            }

            (start, count, Rows) = (start + step, count - step, Rows + step);
            var partIsFull = _rowsInPart + _pending.Count == options.RowsPerPart;
            if (partIsFull || _pending.Count >= GroupRows || _pending.Columns.Sum(c => c.Bytes) >= GroupBytes)
            {
                await WriteGroupAsync(cancellationToken).ConfigureAwait(false);
            }
            // An npy part ends with its first group already.
            if (partIsFull && _part is not null)
            {
                await ClosePartAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Writes the last group and gives its memory back; a second call finds nothing to do.</summary>
    /// <param name="orEmpty">Write a part of no rows where there are none.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    public async ValueTask FlushAsync(bool orEmpty, CancellationToken cancellationToken)
    {
        if (_isFlushed)
        {
            return;
        }

        _isFlushed = true;
        if (_pending.Count > 0 || (orEmpty && Rows == 0))
        {
            await WriteGroupAsync(cancellationToken).ConfigureAwait(false);
        }

        _pending.Dispose();
    }

    public async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        if (_part is not null)
        {
            await ClosePartAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_part is not null)
        {
            await _part.DisposeAsync().ConfigureAwait(false);
        }

        _part = null;
        foreach (var file in _files)
        {
            await file.DisposeAsync().ConfigureAwait(false);
        }

        _files.Clear();
        _pending.Dispose();
    }

    /// <summary>At once for a whole group of rows like these: columns that double would leave as much behind as they need.</summary>
    void MakeRoom(ColumnBlock like)
    {
        var bytes = Math.Max(1, like.Columns.Sum(c => c.Bytes) / like.Count);
        var rows = (int)Math.Min(Math.Min(GroupRows, options.RowsPerPart), GroupBytes / bytes) + 256;
        for (var c = 0; c < like.Columns.Count; c++)
        {
            _pending.Columns[c].MakeRoom(like.Columns[c], rows);
        }
    }

    async ValueTask WriteGroupAsync(CancellationToken cancellationToken)
    {
        _part ??= await OpenPartAsync(cancellationToken).ConfigureAwait(false);
        await _part.WriteAsync(_pending, cancellationToken).ConfigureAwait(false);
        _rowsInPart += _pending.Count;
        _pending.Clear();
        if (_part.IsFull)
        {
            await ClosePartAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    async ValueTask<IPartFormat> OpenPartAsync(CancellationToken cancellationToken)
    {
        var index = Parts.Count(p => p.Rows > 0);
        return options.Format switch
        {
            OutputFormat.Parquet => new ParquetPart(
                await FileAsync(".parquet").ConfigureAwait(false),
                columns,
                options.Compressed,
                options.Metadata
            ),
            OutputFormat.Arrow => new ArrowPart(await FileAsync(".arrow").ConfigureAwait(false), columns, options.Metadata),
            OutputFormat.Jsonl => new JsonlPart(
                await FileAsync(options.Compressed == OutputCompression.Zstd ? ".jsonl.zst" : ".jsonl").ConfigureAwait(false),
                options.Compressed
            ),
            OutputFormat.Npy => new NpyPart(
                await FileAsync(".npy").ConfigureAwait(false),
                await FileAsync(OutputLayout.Sidecar).ConfigureAwait(false),
                columns
            ),
        };

        async ValueTask<PartFile> FileAsync(string extension)
        {
            var file = await PartFile
                .CreateAsync(store, OutputLayout.Part(unit.Id, index, split, extension), cancellationToken)
                .ConfigureAwait(false);
            _files.Add(file);
            return file;
        }
    }

    async ValueTask ClosePartAsync(CancellationToken cancellationToken)
    {
        foreach (var (file, rows) in await _part!.FinishAsync(_rowsInPart, cancellationToken).ConfigureAwait(false))
        {
            Parts.Add(await file.FinishAsync(rows, split, cancellationToken).ConfigureAwait(false));
        }

        await _part.DisposeAsync().ConfigureAwait(false);
        (_part, _rowsInPart) = (null, 0);
    }
}
