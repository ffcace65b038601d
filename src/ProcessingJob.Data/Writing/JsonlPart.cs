using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Columns;
using ZstdSharp;

namespace ProcessingJob.Data.Writing;

/// <summary>jsonl, plain or zst.</summary>
sealed class JsonlPart(PartFile file, OutputCompression compression) : IPartFormat
{
    const int ZstdLevel = 3;
    readonly JsonRows _rows = new();
    readonly CompressionStream? _zstd = compression == OutputCompression.Zstd ? new(file.Output, ZstdLevel, leaveOpen: true) : null;

    public bool IsFull => false;

    public async ValueTask WriteAsync(ColumnBlock rows, CancellationToken cancellationToken)
    {
        for (var row = 0; row < rows.Count; row++)
        {
            _rows.Add(rows, row);
            if (_rows.Lines.Length < 1 << 16 && row < rows.Count - 1)
            {
                continue;
            }

            await (_zstd ?? (Stream)file.Output).WriteAsync(_rows.Lines, cancellationToken).ConfigureAwait(false);
            _rows.Clear();
        }
    }

    public async ValueTask<IReadOnlyList<(PartFile File, long Rows)>> FinishAsync(long rows, CancellationToken cancellationToken)
    {
        if (_zstd is not null)
        {
            await _zstd.DisposeAsync().ConfigureAwait(false);
        }

        return [(file, rows)];
    }

    public ValueTask DisposeAsync()
    {
        _rows.Dispose();
        return default;
    }
}
