using System.Buffers;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Reading;

/// <summary>A seekable stream over a source, for the Parquet library: small reads come from a buffer, a whole column chunk can be loaded ahead.</summary>
sealed class SourceStream(IByteSource source) : ReadOnlyStream
{
    const int BufferBytes = 64 << 10;
    byte[] _buffer = [];
    long _bufferStart;
    int _bufferLength;
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
        if (_buffer.Length < length)
        {
            if (_buffer.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(_buffer);
            }

            _buffer = ArrayPool<byte>.Shared.Rent(length);
        }
        _bufferStart = start;
        _bufferLength = 0;
        _bufferLength = await source.ReadAsync(start, _buffer.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
    }

    public override int Read(Span<byte> buffer)
    {
        Spend(buffer.Length);
        if (!InBuffer(1) && !buffer.IsEmpty)
        {
            LoadAsync(_position, BufferBytes, default).AsTask().GetAwaiter().GetResult();
        }

        return FromBuffer(buffer);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Spend(buffer.Length);
        if (!InBuffer(1) && buffer.Length > 0)
        {
            await LoadAsync(_position, BufferBytes, cancellationToken).ConfigureAwait(false);
        }

        return FromBuffer(buffer.Span);
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
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        (_buffer, _bufferLength) = ([], 0);
        base.Dispose(disposing);
    }

    bool InBuffer(int count) => _position >= _bufferStart && _position + count <= _bufferStart + _bufferLength;

    int FromBuffer(Span<byte> buffer)
    {
        if (!InBuffer(1))
        {
            return 0;
        }

        var available = _buffer.AsSpan((int)(_position - _bufferStart), (int)(_bufferStart + _bufferLength - _position));
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
