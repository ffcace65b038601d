using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Data.Columns;
using ProcessingJob.Data.Reading;
using ProcessingJob.Data.Writing;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Worker.Stages;

/// <summary>
/// Takes one unit after another from reading to commit: reads and tokenizes a block, hands it to the engine, and finishes and writes, in the
/// order of the unit, what comes back meanwhile. It is one thread's work, with the few blocks that are in flight: no unit's bytes depend on
/// what other lanes do.
/// </summary>
sealed class Lane(PipelineParts parts, StageClocks clocks) : IDisposable
{
    readonly OutputRows _output = parts.Outputs();
    readonly TextEncoder _encoder = parts.Encoders();
    readonly Queue<BlockItem> _inFlight = [];
    readonly Stack<EncodingBuffer> _buffers = [];
    readonly List<Reject> _rejects = [];
    readonly EncodingCounts _counts = parts.Totals.CreateCounts();
    ColumnBlock? _rows;

    /// <summary>Does a unit.</summary>
    /// <returns>Why its file as a whole cannot be used, and nothing of it is committed; null: it is committed.</returns>
    public async Task<PJobException?> RunAsync(WorkUnit unit, CancellationToken cancellationToken)
    {
        await using var writer = parts.Writers(unit);
        var counts = new UnitCounts(0, 0, 0, 0);
        PJobException? failure = null;
        await using var blocks = ReadAsync(unit, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            var start = StageClock.Now;
            try
            {
                if (!await blocks.MoveNextAsync())
                {
                    break;
                }
            }
            catch (PJobException e) when (e.ExitCode == ExitCode.Failed)
            {
                // One damaged file must not keep the others from being done; the job fails at the end and names it.
                failure = e;
                break;
            }
            finally
            {
                clocks.Read.Busy(start);
            }

            _inFlight.Enqueue(Start(unit, blocks.Current, cancellationToken));
            while (_inFlight.TryPeek(out var next) && (_inFlight.Count > parts.BlocksAhead || next.IsReady))
            {
                counts = Add(counts, await FinishAsync(writer, cancellationToken));
            }
        }

        while (_inFlight.Count > 0)
        {
            counts = Add(counts, await FinishAsync(writer, cancellationToken));
        }

        if (failure is null)
        {
            var start = StageClock.Now;
            // A stop between files and record would leave files that nothing names: a commit that has begun is finished.
            await writer.CommitAsync(counts, CancellationToken.None);
            clocks.Write.Busy(start);
        }

        return failure;
    }

    /// <summary>What is in flight is the engine's until its run has ended, and is left to it.</summary>
    public void Dispose() => _rows?.Dispose();

    async IAsyncEnumerable<RowBlock> ReadAsync(
        WorkUnit unit,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await using var source = await parts.Data.OpenAsync(unit, cancellationToken);
        await foreach (var rows in parts.Reader.ReadAsync(unit, source, cancellationToken))
        {
            yield return rows;
        }

        source.CheckUnchanged();
    }

    BlockItem Start(WorkUnit unit, RowBlock rows, CancellationToken cancellationToken)
    {
        var start = StageClock.Now;
        var buffer = _buffers.TryPop(out var used) ? used : new EncodingBuffer();
        buffer.Clear();
        for (var row = 0; row < rows.Count; row++)
        {
            _output.Task.Encode(rows, row, _encoder, buffer);
        }

        parts.Totals.AddTokenized(rows.SourceBytes);
        clocks.Tokenize.Busy(start);
        start = StageClock.Now;
        var run = parts.Engine is { } engine && buffer.Count > 0 ? engine.RunAsync(buffer, cancellationToken) : null;
        clocks.Sort.Busy(start);
        return new(unit, rows, buffer, run);
    }

    /// <summary>Waits for the oldest block in flight, turns it into output rows and writes them.</summary>
    async Task<UnitCounts> FinishAsync(UnitWriter writer, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var start = StageClock.Now;
        var item = _inFlight.Dequeue();
        await item.WaitAsync(cancellationToken);
        clocks.Finish.WaitedForInput(start);
        start = StageClock.Now;
        _rows ??= new(_output.Columns);
        _rows.Clear();
        _rejects.Clear();
        _counts.Clear();
        var kept = _output.Append(item, _rows, _rejects, _counts);
        parts.Totals.Add(_counts);
        var (records, bytes) = (item.Rows.RecordsIn, item.Rows.SourceBytes);
        _buffers.Push(item.Encodings);
        item.Dispose();
        clocks.Finish.Busy(start);
        start = StageClock.Now;
        if (_rows.Count > 0)
        {
            await writer.WriteAsync(_rows, cancellationToken);
        }

        foreach (var reject in _rejects)
        {
            await writer.RejectAsync(reject, cancellationToken);
            parts.Totals.AddReject(reject);
        }

        parts.Totals.AddRows(records, _rows.Count);
        parts.Totals.AddBytes(bytes);
        clocks.Write.Busy(start);
        return new(records, kept, _counts.Tokens, _counts.Truncated);
    }

    static UnitCounts Add(UnitCounts a, UnitCounts b) =>
        new(a.RowsIn + b.RowsIn, a.RowsKept + b.RowsKept, a.Tokens + b.Tokens, a.Truncated + b.Truncated);
}
