using System.Buffers;
using ProcessingJob.Contract;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Reading;

/// <summary>
/// A seekable stream over a source, for the Parquet library, which reads synchronously, and the Arrow library: ranges can be loaded
/// ahead, other reads come from a small buffer.
/// </summary>
sealed class SourceStream(IByteSource source) : ReadOnlyStream
{
    const int BufferBytes = 64 << 10;
    readonly List<(long Start, byte[] Bytes, int Length)> _loaded = [];
    (long Start, byte[] Bytes, int Length) _buffer = (0, [], 0),
        _held = (0, [], 0);
    long _position;

    public string Name => source.Name;
    public override bool CanSeek => true;
    public override long Length => source.Length;
    public override long Position
    {
        get => _position;
        set => _position = value;
    }

    /// <summary>Bytes that may still be read: a damaged file must not send the library round in circles.</summary>
    public long Budget { get; set; } = long.MaxValue;

    /// <summary>What a read of the source failed with; the library turns it into a fault of its own.</summary>
    public PJobException? Failure { get; private set; }

    /// <summary>Loads a range, so that reads within it come from memory.</summary>
    public async ValueTask LoadAsync(long start, long length, CancellationToken cancellationToken)
    {
        if (length > Array.MaxLength)
        {
            throw new PJobException(
                $"{source.Name}: not supported: {length} bytes of one column in one row group, more than {Array.MaxLength}; fix: write "
                    + "it with smaller row groups"
            );
        }

        var bytes = ArrayPool<byte>.Shared.Rent((int)length);
        _loaded.Add((start, bytes, 0));
        for (var read = 0; read < length; )
        {
            var step = await source
                .ReadAsync(start + read, bytes.AsMemory(read, (int)length - read), cancellationToken)
                .ConfigureAwait(false);
            if (step == 0)
            {
                break;
            }

            read += step;
            _loaded[^1] = (start, bytes, read);
        }
    }

    /// <summary>Keeps bytes of the source that were read before, for as long as the stream lives.</summary>
    public void Hold(long start, byte[] bytes) => _held = (start, bytes, bytes.Length);

    /// <summary>Frees the loaded ranges.</summary>
    public void Unload()
    {
        foreach (var (_, bytes, _) in _loaded)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }

        _loaded.Clear();
    }

    public override int Read(Span<byte> buffer)
    {
        Spend(buffer.Length);
        var total = 0;
        while (total < buffer.Length && _position < Length)
        {
            var from = Holding(_position) ?? (Fill() ? _buffer : default);
            if (from.Length == 0)
            {
                break;
            }

            var at = (int)(_position - from.Start);
            var count = Math.Min(from.Length - at, buffer.Length - total);
            from.Bytes.AsSpan(at, count).CopyTo(buffer[total..]);
            _position += count;
            total += count;
        }

        return total;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length < BufferBytes || Holding(_position) is not null)
        {
            return Read(buffer.Span);
        }

        // More than the buffer holds goes where it is wanted at once.
        Spend(buffer.Length);
        var read = await source.ReadAsync(_position, buffer, cancellationToken).ConfigureAwait(false);
        _position += read;
        return read;
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
        Unload();
        base.Dispose(disposing);
    }

    (long Start, byte[] Bytes, int Length)? Holding(long position)
    {
        foreach (var range in _loaded)
        {
            if (Contains(range, position))
            {
                return range;
            }
        }

        return Contains(_held, position) ? _held
            : Contains(_buffer, position) ? _buffer
            : null;
    }

    static bool Contains((long Start, byte[] Bytes, int Length) range, long position) =>
        position >= range.Start && position < range.Start + range.Length;

    bool Fill()
    {
        var bytes = _buffer.Bytes.Length > 0 ? _buffer.Bytes : new byte[BufferBytes];
        try
        {
            var read = source.ReadAsync(_position, bytes, default).AsTask().GetAwaiter().GetResult();
            _buffer = (_position, bytes, read);
            return read > 0;
        }
        catch (PJobException e)
        {
            Failure = e;
            throw;
        }
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
