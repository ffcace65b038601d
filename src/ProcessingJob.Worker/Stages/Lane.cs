using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Data.Columns;
using ProcessingJob.Data.Reading;
using ProcessingJob.Data.Writing;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Worker.Stages;

/// <summary>
/// Takes one unit after another from reading to writing: reads and tokenizes a block, hands it to the engine, and finishes and writes, in
/// the order of the unit, what comes back meanwhile. It is one thread's work, with the few blocks that are in flight: no unit's bytes
/// depend on what other lanes do.
/// </summary>
sealed class Lane : IDisposable
{
    /// <summary>Output rows on their way to the writer: few enough to stay in the core's cache.</summary>
    const int RowsAtOnce = 256;

    readonly PipelineParts _parts;
    readonly StageClocks _clocks;
    readonly OutputRows _output;
    readonly TextEncoder _encoder;
    readonly Queue<BlockItem> _inFlight = [];
    readonly Stack<EncodingBuffer> _buffers = [];
    readonly List<Reject> _rejects = [];
    readonly EncodingCounts _counts;
    readonly ColumnBlock _rows;
    UnitSpan? _span;

    public Lane(PipelineParts parts, StageClocks clocks)
    {
        (_parts, _clocks) = (parts, clocks);
        (_output, _encoder, _counts) = (parts.Outputs(), parts.Encoders(), parts.Totals.CreateCounts());
        _rows = new(_output.Columns);
    }

    /// <summary>Reads a unit and writes its rows.</summary>
    public async Task<WrittenUnit> RunAsync(WorkUnit unit, CancellationToken cancellationToken)
    {
        var writer = _parts.Writers(unit);
        var span = _span = _parts.Traced ? UnitSpan.Start(unit) : null;
        try
        {
            var (counts, failure) = await RunAsync(unit, writer, cancellationToken);
            return new(writer, span, counts, failure);
        }
        catch
        {
            span?.Dispose();
            await writer.DisposeAsync();
            throw;
        }
    }

    async Task<(UnitCounts Counts, PJobException? Failure)> RunAsync(WorkUnit unit, UnitWriter writer, CancellationToken cancellationToken)
    {
        var counts = new UnitCounts(0, 0, 0, 0);
        PJobException? failure = null;
        await using var blocks = _parts.Reader.ReadAsync(unit, _parts.Data, cancellationToken).GetAsyncEnumerator(cancellationToken);
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
                // One damaged file must not keep other units from being done; the job fails at the end and names it.
                failure = e;
                break;
            }
            finally
            {
                Busy(_clocks.Read, start);
            }

            _inFlight.Enqueue(Start(blocks.Current, cancellationToken));
            while (_inFlight.TryPeek(out var next) && (_inFlight.Count > _parts.BlocksAhead || next.IsReady))
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
            await writer.FlushAsync(cancellationToken);
            Busy(_clocks.Write, start);
        }

        return (counts, failure);
    }

    /// <summary>What is in flight is the engine's until its run has ended, and is left to it.</summary>
    public void Dispose() => _rows.Dispose();

    BlockItem Start(RowBlock rows, CancellationToken cancellationToken)
    {
        var start = StageClock.Now;
        var buffer = _buffers.TryPop(out var used) ? used : new EncodingBuffer();
        buffer.Clear();
        for (var row = 0; row < rows.Count; row++)
        {
            _output.Task.Encode(rows, row, _encoder, buffer);
        }

        _parts.Totals.AddTokenized(rows.SourceBytes);
        _parts.Totals.BeginBlock();
        Busy(_clocks.Tokenize, start);
        start = StageClock.Now;
        var run = _parts.Engine is { } engine && buffer.Count > 0 ? engine.RunAsync(buffer, cancellationToken) : null;
        Busy(_clocks.Sort, start);
        return new(rows, buffer, run);
    }

    /// <summary>Waits for the oldest block in flight, turns it into output rows and writes them.</summary>
    async Task<UnitCounts> FinishAsync(UnitWriter writer, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var start = StageClock.Now;
        var item = _inFlight.Dequeue();
        await item.WaitAsync(cancellationToken);
        _clocks.Finish.WaitedForInput(start);
        _span?.WaitedForDevice(start);
        _counts.Clear();
        _rejects.Clear();
        _rejects.AddRange(item.Rows.Rejects);
        var (at, kept, count) = (new RowCursor(), 0, 0L);
        do
        {
            start = StageClock.Now;
            _rows.Clear();
            kept += _output.Append(item, ref at, RowsAtOnce, _rows, _rejects, _counts);
            Busy(_clocks.Finish, start);
            start = StageClock.Now;
            await writer.WriteAsync(_rows, cancellationToken);
            Busy(_clocks.Write, start);
            count += _rows.Count;
        } while (at.Row < item.Rows.Count);

        foreach (var reject in _rejects)
        {
            await writer.RejectAsync(reject, cancellationToken);
            _parts.Totals.AddReject(reject);
        }

        var (records, bytes) = (item.Rows.RecordsIn, item.Rows.SourceBytes);
        _buffers.Push(item.Encodings);
        item.Dispose();
        _parts.Totals.Add(_counts);
        _parts.Totals.AddRows(records, count);
        _parts.Totals.AddBytes(bytes);
        _parts.Totals.EndBlock();
        return new(records, kept, _counts.Tokens, _counts.Truncated);
    }

    void Busy(StageClock clock, StageMark since)
    {
        clock.Busy(since);
        _span?.Busy(clock, since);
    }

    static UnitCounts Add(UnitCounts a, UnitCounts b) =>
        new(a.RowsIn + b.RowsIn, a.RowsKept + b.RowsKept, a.Tokens + b.Tokens, a.Truncated + b.Truncated);
}
