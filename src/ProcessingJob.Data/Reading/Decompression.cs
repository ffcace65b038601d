using ProcessingJob.Contract;
using ProcessingJob.Storage;
using ZstdSharp;

namespace ProcessingJob.Data.Reading;

enum CompressionKind
{
    None,
    Gzip,
    Zstd,
}

/// <summary>gz and zst, told by their first bytes.</summary>
static class Decompression
{
    public static async ValueTask<CompressionKind> DetectAsync(IByteSource source, CancellationToken cancellationToken)
    {
        var magic = new byte[4];
        var read = await source.ReadAsync(0, magic, cancellationToken).ConfigureAwait(false);
        return magic.AsSpan(0, read) switch
        {
            [0x1F, 0x8B, ..] => CompressionKind.Gzip,
            [0x28, 0xB5, 0x2F, 0xFD] => CompressionKind.Zstd,
            // A skippable frame before the first one.
            [>= 0x50 and <= 0x5F, 0x2A, 0x4D, 0x18] => CompressionKind.Zstd,
            _ => CompressionKind.None,
        };
    }

    /// <summary>The decompressed bytes; of an uncompressed file those from <paramref name="start"/> on.</summary>
    public static Stream Open(IByteSource source, CompressionKind kind, long start, long likelyEnd, ReadOptions options)
    {
        if (kind == CompressionKind.None)
        {
            return source.OpenSequential(start, likelyEnd);
        }

        var compressed = new CountingStream(source.OpenSequential(0, likelyEnd));
        return kind == CompressionKind.Gzip
            ? new GuardedStream(new GzipMembers(compressed), compressed, source.Name, options)
            : new GuardedStream(new DecompressionStream(compressed, leaveOpen: false), compressed, source.Name, options);
    }
}

/// <summary>Counts what is read.</summary>
sealed class CountingStream(Stream inner) : ReadOnlyStream
{
    public long Count { get; private set; }

    public override int Read(Span<byte> buffer)
    {
        var read = inner.Read(buffer);
        Count += read;
        return read;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        Count += read;
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        inner.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>Turns a decoder's faults into a message that names the file, and stops what grows beyond its bounds.</summary>
sealed class GuardedStream(Stream decoder, CountingStream compressed, string name, ReadOptions options) : ReadOnlyStream
{
    const long FreeBytes = 64 << 20;
    long _total;

    /// <summary>Bytes of the file that were needed so far.</summary>
    public long CompressedBytes => compressed.Count;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read;
        try
        {
            read = await decoder.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or ZstdException or IOException)
        {
            throw new PJobException(
                $"{name}: the compressed data is truncated or damaged after {_total} decompressed bytes ({compressed.Count} compressed): {e.Message}; make or copy the file again",
                ExitCode.Failed,
                e
            );
        }
        _total += read;
        if (_total > options.MaxDecompressedBytes || (_total > FreeBytes && _total / options.MaxDecompressionRatio > compressed.Count))
        {
            throw new PJobException(
                $"{name}: grew to {_total} bytes from {compressed.Count}, more than {options.MaxDecompressionRatio} times or {options.MaxDecompressedBytes} bytes; refused as a decompression bomb"
            );
        }
        return read;
    }

    public override int Read(Span<byte> buffer) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        decoder.Dispose();
        base.Dispose(disposing);
    }
}
