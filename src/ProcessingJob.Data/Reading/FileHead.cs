using ProcessingJob.Contract;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Reading;

/// <summary>What the first bytes of a file tell.</summary>
/// <param name="Compression">By magic, not by name.</param>
/// <param name="DataStart">Offset of the first record, behind byte order mark and header.</param>
/// <param name="Columns">csv and tsv: names of the columns (without a header their indexes from 0); else, and for an empty file,
/// empty.</param>
sealed record FileHead(CompressionKind Compression, long DataStart, string[] Columns)
{
    /// <summary>csv and tsv: what stands between fields.</summary>
    public byte Delimiter { get; init; }

    /// <summary>Bytes are not read as they lie: only from the start, and offsets are of what comes out.</summary>
    public bool IsDecoded { get; init; }

    /// <summary>json: the file is one array of objects.</summary>
    public bool IsArray { get; init; }

    public static async Task<FileHead> ReadAsync(
        IByteSource source,
        RecordInput format,
        ReadOptions options,
        CancellationToken cancellationToken
    )
    {
        var compression = await Decompression.DetectAsync(source, cancellationToken).ConfigureAwait(false);
        var feed = new RecordFeed(Decompression.Open(source, compression, 0, Math.Min(source.Length, 64 << 10), options), 0);
        await using var feedScope = feed.ConfigureAwait(false);
        await feed.FillAsync(cancellationToken).ConfigureAwait(false);
        FileMagic.Refuse(source.Name, feed.Data);
        var mark = ByteOrderMark(feed.Data, source.Name);
        feed.Consume(mark);
        return await format
            .ReadHeadAsync(
                feed,
                new(compression, mark, []) { IsDecoded = Decompression.IsDecoded(compression, options) },
                source.Name,
                options,
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    static int ByteOrderMark(ReadOnlySpan<byte> data, string name)
    {
        if (data.StartsWith("\uFEFF"u8))
        {
            return 3;
        }

        if (data.Length >= 2 && ((data[0] == 0xFF && data[1] == 0xFE) || (data[0] == 0xFE && data[1] == 0xFF)))
        {
            throw new PJobException(
                $"{name}: found UTF-16, expected UTF-8; fix: set input.encoding: utf-16, or convert the file (iconv -f UTF-16 -t UTF-8)"
            );
        }

        if (data.StartsWith("\uFFFE"u8))
        {
            throw new PJobException(
                $"{name}: found UTF-16 in big-endian order, expected little-endian for input.encoding: utf-16; fix: convert the file "
                    + "(iconv -f UTF-16 -t UTF-8)"
            );
        }

        if (LooksLikeUtf16(data[..Math.Min(data.Length, 1000)]))
        {
            throw new PJobException(
                $"{name}: the text has NUL bytes: found UTF-16 or no text at all, expected UTF-8; fix: set input.encoding: utf-16, or "
                    + "convert the file (iconv -f UTF-16 -t UTF-8)"
            );
        }

        return 0;
    }

    /// <summary>Whether one byte of most pairs is 0, as in UTF-16 of letters.</summary>
    static bool LooksLikeUtf16(ReadOnlySpan<byte> data)
    {
        var pairs = 0;
        for (var i = 0; i + 1 < data.Length; i += 2)
        {
            pairs += data[i] == 0 != (data[i + 1] == 0) ? 1 : 0;
        }

        return data.Length >= 4 && pairs > data.Length / 4;
    }
}
