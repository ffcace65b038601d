using ProcessingJob.Contract;
using ProcessingJob.Storage;

namespace ProcessingJob.Data;

/// <summary>What the first bytes of a file tell.</summary>
/// <param name="Compression">By magic, not by name.</param>
/// <param name="DataStart">Offset of the first record, behind byte order mark and header.</param>
/// <param name="Columns">csv and tsv: names of the columns (without a header their indexes from 0); else, and for an empty file, empty.</param>
sealed record FileHead(CompressionKind Compression, long DataStart, string[] Columns)
{
    public static async Task<FileHead> ReadAsync(
        IByteSource source,
        InputFormat format,
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
        if (format is not (InputFormat.Csv or InputFormat.Tsv))
        {
            return new(compression, mark, []);
        }

        while (true)
        {
            var delimiter = CsvFormat.DelimiterOf(options.Input, format);
            var csv = new CsvFormat(delimiter, format == InputFormat.Csv, [], 0);
            var cut = csv.Cut(feed.Data, feed.AtEnd, options.MaxRecordBytes);
            if (cut.Fault == RecordFault.NeedMore)
            {
                await feed.FillAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }
            if (cut.Fault == RecordFault.None && cut.Length > 0 && cut.Content == 0)
            {
                // Empty lines above the header.
                feed.Consume(cut.Length);
                continue;
            }
            var fields =
                cut.Fault == RecordFault.None ? CsvFormat.Fields(feed.Data[..cut.Content], delimiter, format == InputFormat.Csv) : null;
            if (!options.Input.Header)
            {
                return new(compression, feed.Offset, Numbered(fields?.Length ?? 0));
            }

            if (feed.Data.IsEmpty)
            {
                return new(compression, feed.Offset, []);
            }

            if (fields is null)
            {
                throw new PJobException(
                    $"{source.Name}: the header cannot be read: {SlotDecoder.Show(feed.Data[..Math.Min(80, feed.Data.Length)])}; expected column names in UTF-8, separated by '{(char)delimiter}'"
                );
            }

            if (fields.Any(f => f.Contains('\0')))
            {
                throw new PJobException(
                    $"{source.Name}: the header has NUL bytes: found UTF-16 or no text at all, expected UTF-8; convert the file (iconv -f UTF-16 -t UTF-8)"
                );
            }

            if (fields.Any(f => f.Contains('\r')))
            {
                throw new PJobException(
                    $"{source.Name}: found lines that end in CR alone, expected LF or CRLF; convert the file (tr '\\r' '\\n')"
                );
            }

            return new(compression, feed.Offset + cut.Length, fields);
        }
    }

    static string[] Numbered(int count) => [.. Enumerable.Range(0, count).Select(i => i.ToString())];

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
