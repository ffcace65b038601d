using System.Text;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
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
        if (!IsDecoded(kind, options))
        {
            return source.OpenSequential(start, likelyEnd);
        }

        var bytes = new CountingStream(source.OpenSequential(0, likelyEnd));
        Stream plain = kind switch
        {
            CompressionKind.Gzip => new GzipMembers(bytes),
            CompressionKind.Zstd => new DecompressionStream(bytes, leaveOpen: false),
            CompressionKind.None => bytes,
        };
        return new GuardedStream(
            options.Input.Encoding == InputEncodings.Utf8
                ? plain
                : Encoding.CreateTranscodingStream(plain, EncodingOf(options.Input.Encoding), Encoding.UTF8),
            bytes,
            source.Name,
            options
        );
    }

    /// <summary>Whether what is read differs from the file's bytes.</summary>
    public static bool IsDecoded(CompressionKind kind, ReadOptions options) =>
        kind != CompressionKind.None || options.Input.Encoding != InputEncodings.Utf8;

    /// <summary>Bytes that mean nothing are a fault, not replaced.</summary>
    static Encoding EncodingOf(string name) =>
        name switch
        {
            InputEncodings.Utf16 => new UnicodeEncoding(bigEndian: false, byteOrderMark: true, throwOnInvalidBytes: true),
            InputEncodings.Latin1 => Encoding.Latin1,
            InputEncodings.Windows1252 => CodePagesEncodingProvider.Instance.GetEncoding(
                1252,
                EncoderFallback.ExceptionFallback,
                DecoderFallback.ExceptionFallback
            )!,
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "not an encoding of input.encoding"),
        };
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
                $"{name}: the compressed data is truncated or damaged after {_total} decompressed bytes ({compressed.Count} "
                    + $"compressed): {e.Message}; fix: make or copy the file again",
                ExitCode.Failed,
                e
            );
        }
        catch (DecoderFallbackException e)
        {
            throw new PJobException(
                $"{name}: is not {options.Input.Encoding} after {_total} bytes of text: {e.Message}; fix: set input.encoding to the "
                    + "encoding of the file",
                ExitCode.Failed,
                e
            );
        }
        _total += read;
        if (_total > options.MaxDecompressedBytes || (_total > FreeBytes && _total / options.MaxDecompressionRatio > compressed.Count))
        {
            throw new PJobException(
                $"{name}: grew to {_total} bytes from {compressed.Count}, more than {options.MaxDecompressionRatio} times or "
                    + $"{options.MaxDecompressedBytes} bytes; refused as a decompression bomb"
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
