using System.Buffers;
using ProcessingJob.Storage;

namespace ProcessingJob.Data;

/// <summary>A seekable stream over a source, for the Parquet library: small reads come from a window, a whole column chunk can be loaded ahead.</summary>
sealed class SourceStream(IByteSource source) : ReadOnlyStream
{
    const int WindowBytes = 64 << 10;
    byte[] _window = [];
    long _windowStart;
    int _windowLength;
    long _position;

    public override bool CanSeek => true;
    public override long Length => source.Length;
    public override long Position
    {
        get => _position;
        set => _position = value;
    }

    /// <summary>Bytes that may still be read: a damaged file must not send the library round in circles.</summary>
    public long Budget { get; set; } = long.MaxValue;

    /// <summary>Loads a range, so that reads within it come from memory.</summary>
    public async ValueTask LoadAsync(long start, int length, CancellationToken cancellationToken)
    {
        if (_window.Length < length)
        {
            if (_window.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(_window);
            }

            _window = ArrayPool<byte>.Shared.Rent(length);
        }
        _windowStart = start;
        _windowLength = 0;
        _windowLength = await source.ReadAsync(start, _window.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
    }

    public override int Read(Span<byte> buffer)
    {
        Spend(buffer.Length);
        if (!InWindow(1) && !buffer.IsEmpty)
        {
            LoadAsync(_position, WindowBytes, default).AsTask().GetAwaiter().GetResult();
        }

        return FromWindow(buffer);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Spend(buffer.Length);
        if (!InWindow(1) && buffer.Length > 0)
        {
            await LoadAsync(_position, WindowBytes, cancellationToken).ConfigureAwait(false);
        }

        return FromWindow(buffer.Span);
    }

    public override long Seek(long offset, SeekOrigin origin)
    {
        var to =
            offset
            + origin switch
            {
                SeekOrigin.Current => _position,
                SeekOrigin.End => Length,
                _ => 0,
            };
        return to < 0 ? throw new IOException($"seek to {to}") : _position = to;
    }

    protected override void Dispose(bool disposing)
    {
        if (_window.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_window);
        }

        (_window, _windowLength) = ([], 0);
        base.Dispose(disposing);
    }

    bool InWindow(int count) => _position >= _windowStart && _position + count <= _windowStart + _windowLength;

    int FromWindow(Span<byte> buffer)
    {
        if (!InWindow(1))
        {
            return 0;
        }

        var available = _window.AsSpan((int)(_position - _windowStart), (int)(_windowStart + _windowLength - _position));
        var count = Math.Min(available.Length, buffer.Length);
        available[..count].CopyTo(buffer);
        _position += count;
        return count;
    }

    void Spend(int count)
    {
        Budget -= Math.Max(1, count);
        if (Budget < 0)
        {
            throw new InvalidDataException("the pages are longer than the column chunk they are in");
        }
    }
}
