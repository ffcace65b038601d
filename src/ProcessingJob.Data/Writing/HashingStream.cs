using System.Buffers;
using System.Security.Cryptography;
using ProcessingJob.Contract;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Writing;

/// <summary>Buffers, counts and hashes what is written; a fault of the disk names the file and says what to do.</summary>
sealed class HashingStream(Stream inner, string name) : Stream
{
    readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    byte[] _buffer = ArrayPool<byte>.Shared.Rent(1 << 20);
    int _used;
    long _flushed;

    public override long Position
    {
        get => _flushed + _used;
        set => throw new NotSupportedException();
    }
    public override long Length => Position;
    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;

    /// <summary>Lower-case hex; once, at the end.</summary>
    public string Sha256() => Convert.ToHexStringLower(_hash.GetHashAndReset());

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            if (_used == _buffer.Length)
            {
                Guard(() => inner.Write(Hashed().Span));
            }

            var step = Math.Min(buffer.Length, _buffer.Length - _used);
            buffer[..step].CopyTo(_buffer.AsSpan(_used));
            _used += step;
            buffer = buffer[step..];
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            if (_used == _buffer.Length)
            {
                await FlushBufferAsync(cancellationToken).ConfigureAwait(false);
            }

            var step = Math.Min(buffer.Length, _buffer.Length - _used);
            buffer[..step].CopyTo(_buffer.AsMemory(_used));
            _used += step;
            buffer = buffer[step..];
        }
    }

    public async ValueTask FlushBufferAsync(CancellationToken cancellationToken)
    {
        try
        {
            await inner.WriteAsync(Hashed(), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failure(e);
        }
        CrashPoint.Reach(CrashPoint.AfterTempWrite);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    // Libraries flush after every page; the buffer goes out when it is full.
    public override void Flush() { }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
            _hash.Dispose();
        }
        base.Dispose(disposing);
    }

    ReadOnlyMemory<byte> Hashed()
    {
        var data = _buffer.AsMemory(0, _used);
        _hash.AppendData(data.Span);
        _flushed += _used;
        _used = 0;
        return data;
    }

    void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failure(e);
        }
    }

    PJobException Failure(Exception e) =>
        new(
            $"{name}: cannot be written: {FileFault.Of(e)}; fix: make room or give the job a larger volume (compute.volume_gb)",
            ExitCode.Failed,
            e
        );
}
