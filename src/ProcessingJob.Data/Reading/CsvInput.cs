using ProcessingJob.Contract;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Reading;

/// <summary>csv and tsv.</summary>
/// <param name="delimiter">Where the spec names none.</param>
/// <param name="multiline">Whether a quoted field may hold line breaks.</param>
sealed class CsvInput(byte delimiter, bool multiline) : RecordInput
{
    public override async ValueTask<FileHead> ReadHeadAsync(
        RecordFeed feed,
        FileHead start,
        string file,
        ReadOptions options,
        CancellationToken cancellationToken
    )
    {
        var dialect = CsvDialect.Of(options.Input, delimiter, multiline);
        if (TakeSeparatorLine(feed, options.Input.Delimiter is null or "auto" ? null : dialect.Delimiter) is { } named)
        {
            dialect = dialect with { Delimiter = named };
        }
        else if (options.Input.Delimiter == "auto")
        {
            dialect = dialect.Sniff(feed.Data, feed.AtEnd, options.MaxRecordBytes);
        }

        start = start with { Delimiter = dialect.Delimiter };
        while (true)
        {
            var cut = dialect.Format([], 0).Cut(feed.Data, feed.AtEnd, options.MaxRecordBytes);
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
            var fields = cut.Fault == RecordFault.None ? dialect.Fields(feed.Data[..cut.Content]) : null;
            if (!options.Input.Header)
            {
                return start with { DataStart = feed.Offset, Columns = Numbered(fields?.Length ?? 0) };
            }

            if (feed.Data.IsEmpty)
            {
                return start with { DataStart = feed.Offset };
            }

            if (fields is null)
            {
                throw new PJobException(
                    $"{file}: the header cannot be read: {SlotDecoder.Show(feed.Data[..Math.Min(80, feed.Data.Length)])}; "
                        + $"expected column names in UTF-8, separated by '{(char)dialect.Delimiter}' (input.delimiter, "
                        + "input.quote and input.escape say how)"
                );
            }

            if (fields.Any(f => f.Contains('\r')))
            {
                throw new PJobException(
                    $"{file}: found lines that end in CR alone, expected LF or CRLF; fix: convert the file (tr '\\r' '\\n')"
                );
            }

            return start with
            {
                DataStart = feed.Offset + cut.Length,
                Columns = fields,
            };
        }
    }

    public override RecordFormat CreateFormat(string file, RowPlan plan, FileHead head, ReadOptions options)
    {
        // A file without even a header has no rows either.
        if (head.Columns.Length > 0)
        {
            plan.CheckFound(file, head.Columns, all: [.. head.Columns.Where(name => name.Length > 0)]);
        }

        if (plan.Names.FirstOrDefault(name => head.Columns.Count(c => c == name) > 1) is { } twice)
        {
            throw RowPlan.Twice(file, twice, ExitCode.Failed);
        }

        var dialect = CsvDialect.Of(options.Input, delimiter, multiline);
        if (head.Columns.Length > 0)
        {
            dialect = dialect with { Delimiter = head.Delimiter };
        }

        return dialect.Format([.. head.Columns.Select(name => Array.IndexOf(plan.Names, name))], plan.Names.Length);
    }

    public override async Task<FoundColumns> FindColumnsAsync(IByteSource source, InputSpec input, CancellationToken cancellationToken)
    {
        if (source.Length == 0)
        {
            return new([]);
        }

        var head = await FileHead.ReadAsync(source, this, ReadOptions.Of(input), cancellationToken).ConfigureAwait(false);
        var types = input.Types.ToDictionary();
        var folders = input.Partitions ? PartitionPath.Of(source.Name) : [];
        if (
            types.Keys.FirstOrDefault(name => name != "*" && !head.Columns.Contains(name) && folders.All(f => f.Name != name)) is
            { } unknown
        )
        {
            throw RowPlan.Missing(source.Name, unknown, head.Columns, ExitCode.BadSpec, "input.types");
        }

        var nameless = head.Columns.Index().Where(c => c.Item.Length == 0).Select(c => c.Index + 1).ToList();
        return new([.. head.Columns.Distinct().Where(name => name.Length > 0).Select(name => new KeptColumn(name, TypeOf(name)))])
        {
            Names = head.Columns,
            // What pandas calls its index, and what stands behind a delimiter at the end of each line.
            LeftOut = [.. nameless.Select(at => $"column {at} has no name in the header")],
        };

        ColumnType TypeOf(string name) => types.TryGetValue(name, out var type) ? ColumnType.Parse(type) : ColumnType.String;
    }

    /// <summary>The line "sep=;" above the header, by which Excel names the delimiter; none where the spec names another.</summary>
    static byte? TakeSeparatorLine(RecordFeed feed, byte? given)
    {
        if (
            feed.Data is not [(byte)'s', (byte)'e', (byte)'p', (byte)'=', var named, (byte)'\r' or (byte)'\n', ..]
            || named >= 0x80
            || (given ?? named) != named
        )
        {
            return null;
        }

        feed.Consume(feed.Data.IndexOf((byte)'\n') is >= 0 and var end ? end + 1 : feed.Data.Length);
        return named;
    }

    static string[] Numbered(int count) => [.. Enumerable.Range(0, count).Select(i => i.ToString())];
}
