using System.Buffers;

namespace ProcessingJob.Data.Reading;

/// <summary>A buffer over a stream that grows until a record fits into it.</summary>
sealed class RecordFeed(Stream stream, long offset) : IAsyncDisposable
{
    byte[] _buffer = ArrayPool<byte>.Shared.Rent(512 << 10);
    int _start,
        _end;

    /// <summary>Offset of the buffer's first byte in the (decompressed) file.</summary>
    public long Offset { get; private set; } = offset;

    /// <summary>The stream has no more bytes than the buffer.</summary>
    public bool AtEnd { get; private set; }

    public ReadOnlySpan<byte> Data => _buffer.AsSpan(_start, _end - _start);

    public void Consume(int count)
    {
        _start += count;
        Offset += count;
    }

    /// <summary>Reads until the buffer is full; a buffer that is full already is doubled.</summary>
    public async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        var length = _end - _start;
        // Keeps long records from being searched again for every few bytes that arrive.
        var target = length > _buffer.Length / 2 ? ArrayPool<byte>.Shared.Rent(checked(_buffer.Length * 2)) : _buffer;
        Buffer.BlockCopy(_buffer, _start, target, 0, length);
        if (target != _buffer)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = target;
        }
        (_start, _end) = (0, length);
        while (_end < _buffer.Length)
        {
            var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                AtEnd = true;
                return;
            }
            _end += read;
        }
    }

    /// <summary>Drops a fixed number of bytes, or what there is.</summary>
    public async ValueTask SkipAsync(long count, CancellationToken cancellationToken)
    {
        while (count > 0)
        {
            if (Data.IsEmpty)
            {
                if (AtEnd)
                {
                    return;
                }

                await FillAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }
            var step = (int)Math.Min(count, Data.Length);
            Consume(step);
            count -= step;
        }
    }

    /// <summary>Drops everything up to and with the next line break.</summary>
    public async ValueTask SkipLineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var at = Data.IndexOf((byte)'\n');
            Consume(at < 0 ? Data.Length : at + 1);
            if (at >= 0 || AtEnd)
            {
                return;
            }

            await FillAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync().ConfigureAwait(false);
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        (_buffer, _start, _end) = ([], 0, 0);
    }
}
