using ProcessingJob.Contract;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Reading;

/// <summary>What the first bytes of a file tell.</summary>
/// <param name="Compression">By magic, not by name.</param>
/// <param name="DataStart">Offset of the first record, behind byte order mark and header.</param>
/// <param name="Columns">csv and tsv: names of the columns (without a header their indexes from 0); else, and for an empty file, empty.</param>
sealed record FileHead(CompressionKind Compression, long DataStart, string[] Columns)
{
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
        var mark = ByteOrderMark(feed.Data, source.Name);
        feed.Consume(mark);
        return await format.ReadHeadAsync(feed, new(compression, mark, []), source.Name, options, cancellationToken).ConfigureAwait(false);
    }

    static int ByteOrderMark(ReadOnlySpan<byte> data, string name)
    {
        if (data.StartsWith("\uFEFF"u8))
        {
            return 3;
        }

        if (data.Length >= 2 && ((data[0] == 0xFF && data[1] == 0xFE) || (data[0] == 0xFE && data[1] == 0xFF)))
        {
            throw new PJobException($"{name}: found UTF-16, expected UTF-8; convert the file (iconv -f UTF-16 -t UTF-8)");
        }

        return 0;
    }
}
