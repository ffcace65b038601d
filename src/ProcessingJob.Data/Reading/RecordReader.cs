using System.Runtime.CompilerServices;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Reading;

/// <summary>Reads the records of csv, tsv, jsonl and text that begin in a unit's range.</summary>
sealed class RecordReader(WorkUnit unit, IByteSource source, ReadOptions options, FileHead head, RecordFormat format, PrefixIndex prefixes)
{
    long _row;
    GuardedStream? _decoder;

    public async IAsyncEnumerable<RowBlock> ReadAsync(RowBuilder builder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var compressed = head.IsDecoded;
        // A compressed file cannot be entered in the middle: its first range has all of it, whatever its name made the planner believe.
        if (compressed && unit.Start > 0)
        {
            yield break;
        }

        var end = compressed ? long.MaxValue : unit.End;
        if (Math.Max(unit.Start, head.DataStart) >= end)
        {
            yield break;
        }

        var feed = await SeekAsync(compressed, cancellationToken).ConfigureAwait(false);
        await using var feedScope = feed.ConfigureAwait(false);
        var reported = _decoder is null ? Math.Max(unit.Start, head.DataStart) : 0;
        while (feed.Offset < end)
        {
            var fault = ParseBuffered(feed, end, builder);
            if (builder.IsFull)
            {
                yield return Take();
            }

            if (fault == RecordFault.NeedMore)
            {
                if (feed.AtEnd)
                {
                    break;
                }

                await feed.FillAsync(cancellationToken).ConfigureAwait(false);
            }
            else if (fault == RecordFault.TooLarge)
            {
                await RejectLongAsync(feed, builder, cancellationToken).ConfigureAwait(false);
            }
        }
        Advance();
        if (!compressed && !unit.IsWholeFile)
        {
            prefixes.Add(unit, feed.Offset, _row);
        }

        RowBlock Take()
        {
            Advance();
            return builder.Take();
        }

        void Advance()
        {
            var at = _decoder?.CompressedBytes ?? Math.Min(feed.Offset, end);
            builder.Advance(at - reported);
            reported = at;
        }
    }

    /// <summary>Parses whole records until the buffer, the range or the block is at its end.</summary>
    RecordFault ParseBuffered(RecordFeed feed, long end, RowBuilder builder)
    {
        while (feed.Offset < end && !builder.IsFull)
        {
            if (feed.Data.IsEmpty)
            {
                return RecordFault.NeedMore;
            }

            var cut = format.Cut(feed.Data, feed.AtEnd, options.MaxRecordBytes);
            if (cut.Fault is RecordFault.NeedMore or RecordFault.TooLarge)
            {
                return cut.Fault;
            }

            var record = feed.Data[..cut.Content];
            if (cut.Fault == RecordFault.Unterminated)
            {
                builder.Reject(_row++, feed.Offset, RejectReason.BadRecord, "a quote is opened and never closed", record);
            }
            else if (!format.IsBlank(record))
            {
                format.Parse(record, _row++, feed.Offset, builder);
            }

            feed.Consume(cut.Length);
        }
        return RecordFault.None;
    }

    async ValueTask RejectLongAsync(RecordFeed feed, RowBuilder builder, CancellationToken cancellationToken)
    {
        builder.Reject(
            _row++,
            feed.Offset,
            RejectReason.RecordTooLarge,
            $"longer than {options.MaxRecordBytes} bytes",
            feed.Data[..(options.MaxRecordBytes + 1)]
        );
        await SkipLongAsync(feed, cancellationToken).ConfigureAwait(false);
    }

    async ValueTask SkipLongAsync(RecordFeed feed, CancellationToken cancellationToken)
    {
        if (!format.HasLines)
        {
            await feed.SkipAsync(long.MaxValue, cancellationToken).ConfigureAwait(false);
            return;
        }
        feed.Consume(options.MaxRecordBytes + 1);
        await feed.SkipLineAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens the file at the first record that begins in the range.</summary>
    async ValueTask<RecordFeed> SeekAsync(bool compressed, CancellationToken cancellationToken)
    {
        if (compressed || unit.Start <= head.DataStart)
        {
            var start = compressed ? 0 : head.DataStart;
            var stream = Decompression.Open(source, head.Compression, start, unit.End, options);
            _decoder = stream as GuardedStream;
            return await PreparedAsync(
                    new RecordFeed(stream, start),
                    feed => compressed ? feed.SkipAsync(head.DataStart, cancellationToken) : default
                )
                .ConfigureAwait(false);
        }

        var gate = prefixes.Gate(unit);
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var (offset, row) = prefixes.Before(unit, unit.Start) ?? (head.DataStart, 0);
            _row = row;
            return await PreparedAsync(
                    new RecordFeed(source.OpenSequential(offset, unit.End), offset),
                    feed => SkipToStartAsync(feed, cancellationToken)
                )
                .ConfigureAwait(false);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Brings a feed to its first record, or disposes it: nobody else could.</summary>
    static async ValueTask<RecordFeed> PreparedAsync(RecordFeed feed, Func<RecordFeed, ValueTask> prepare)
    {
        try
        {
            await prepare(feed).ConfigureAwait(false);
            return feed;
        }
        catch
        {
            await feed.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    async ValueTask SkipToStartAsync(RecordFeed seek, CancellationToken cancellationToken)
    {
        while (seek.Offset < unit.Start)
        {
            var fault = SkipBuffered(seek);
            if (fault == RecordFault.TooLarge)
            {
                _row++;
                await SkipLongAsync(seek, cancellationToken).ConfigureAwait(false);
            }
            else if (fault == RecordFault.NeedMore)
            {
                if (seek.AtEnd)
                {
                    break;
                }

                await seek.FillAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        prefixes.Add(unit, seek.Offset, _row);
    }

    RecordFault SkipBuffered(RecordFeed feed)
    {
        while (feed.Offset < unit.Start && !feed.Data.IsEmpty)
        {
            var cut = format.Cut(feed.Data, feed.AtEnd, options.MaxRecordBytes);
            if (cut.Fault is RecordFault.NeedMore or RecordFault.TooLarge)
            {
                return cut.Fault;
            }

            if (cut.Fault == RecordFault.Unterminated || !format.IsBlank(feed.Data[..cut.Content]))
            {
                _row++;
            }

            feed.Consume(cut.Length);
        }
        return feed.Offset < unit.Start ? RecordFault.NeedMore : RecordFault.None;
    }
}
