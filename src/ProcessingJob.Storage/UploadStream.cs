namespace ProcessingJob.Storage;

/// <summary>Gathers the bytes of a file and hands them on in parts of one size, wherever its writer's calls begin and end.</summary>
/// <param name="size">Bytes of a part.</param>
/// <param name="send">Takes a full part, and gives an empty buffer for the next.</param>
sealed class UploadStream(int size, Func<MemoryStream, CancellationToken, Task<MemoryStream>> send) : Stream
{
    /// <summary>What is not handed on yet: less than a part.</summary>
    public MemoryStream Rest { get; private set; } = new();

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            buffer = buffer[Take(buffer)..];
            if (Rest.Length == size)
            {
                Rest = send(Rest, CancellationToken.None).GetAwaiter().GetResult();
            }
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            buffer = buffer[Take(buffer.Span)..];
            if (Rest.Length == size)
            {
                Rest = await send(Rest, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush() { }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    int Take(ReadOnlySpan<byte> buffer)
    {
        var count = (int)Math.Min(buffer.Length, size - Rest.Length);
        Rest.Write(buffer[..count]);
        return count;
    }
}
