using System.Collections.Concurrent;
using System.Threading.Channels;
using ProcessingJob.Contract;
using ProcessingJob.Data;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Storage;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Worker;

/// <summary>What the stages share.</summary>
/// <param name="Engine">Null for tokenize.</param>
/// <param name="Encoders">Makes one encoder per tokenizing thread.</param>
/// <param name="Tokenizers">Number of tokenizing threads.</param>
sealed record PipelineParts(
    IDataRoot Data,
    RowReader Reader,
    FeatureTask Task,
    InferenceEngine? Engine,
    Func<RowEncoder> Encoders,
    int Tokenizers,
    OutputRows Output,
    Func<WorkUnit, UnitWriter> Writers,
    RunTotals Totals
);

/// <summary>
/// read ‖ tokenize ‖ run ‖ finish ‖ write over bounded channels: memory is bounded by the channels, never by the input. Windows may
/// be tokenized and run in any order; they are finished and written in the order they were read.
/// </summary>
sealed class Pipeline(PipelineParts parts)
{
    readonly StageClock _read = new("read", 1),
        _tokenize = new("tokenize", parts.Tokenizers),
        _finish = new("finish", 1),
        _write = new("write", 1);
    readonly ConcurrentBag<EncodingBuffer> _buffers = [];
    readonly ConcurrentBag<FinishedWindow> _blocks = [];
    readonly List<PJobException> _failures = [];

    public IReadOnlyList<StageReport> Stages => [_read.Report(), _tokenize.Report(), _finish.Report(), _write.Report()];

    public int UnitsDone { get; private set; }

    /// <summary>Units whose file cannot be read; the others are done all the same.</summary>
    public IReadOnlyList<PJobException> Failures => _failures;

    public async Task RunAsync(IReadOnlyList<WorkUnit> units, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // In flight: enough windows that a caller never waits at the end of one, and no more.
        var inFlight = (parts.Engine?.BlocksInFlight ?? 2) + parts.Tokenizers + 1;
        var toTokenize = Channel.CreateBounded<WindowItem>(new BoundedChannelOptions(inFlight) { SingleWriter = true });
        var inOrder = Channel.CreateBounded<WindowItem>(new BoundedChannelOptions(inFlight) { SingleWriter = true, SingleReader = true });
        var toWrite = Channel.CreateBounded<FinishedWindow>(new BoundedChannelOptions(4) { SingleWriter = true, SingleReader = true });

        var stages = new List<Task>
        {
            Task.Run(() => ReadAsync(units, toTokenize.Writer, inOrder.Writer, stop.Token), CancellationToken.None),
            Task.Run(() => FinishAsync(inOrder.Reader, toWrite.Writer, stop.Token), CancellationToken.None),
            Task.Run(() => WriteAsync(toWrite.Reader, stop.Token), CancellationToken.None),
        };
        for (var i = 0; i < parts.Tokenizers; i++)
        {
            stages.Add(Task.Run(() => TokenizeAsync(toTokenize.Reader, stop.Token), CancellationToken.None));
        }

        // The first stage that fails ends the others; its own exception is the one that tells why.
        Task? first = null;
        var open = stages.ToList();
        while (open.Count > 0)
        {
            var done = await Task.WhenAny(open);
            open.Remove(done);
            if (!done.IsCompletedSuccessfully && first is null)
            {
                first = done;
                await stop.CancelAsync();
            }
        }
        if (first is not null)
        {
            await first;
        }
    }

    async Task ReadAsync(
        IReadOnlyList<WorkUnit> units,
        ChannelWriter<WindowItem> work,
        ChannelWriter<WindowItem> inOrder,
        CancellationToken cancellationToken
    )
    {
        foreach (var unit in units)
        {
            var run = new UnitRun(unit);
            try
            {
                await using var source = await parts.Data.OpenAsync(unit, cancellationToken);
                var start = StageClock.Now;
                await foreach (var rows in parts.Reader.ReadAsync(unit, source, cancellationToken))
                {
                    _read.Busy(start);
                    start = StageClock.Now;
                    var item = new WindowItem(run, rows);
                    await inOrder.WriteAsync(item, cancellationToken);
                    await work.WriteAsync(item, cancellationToken);
                    _read.WaitedForOutput(start);
                    start = StageClock.Now;
                }
                _read.Busy(start);
            }
            catch (PJobException e) when (e.ExitCode == ExitCode.Failed)
            {
                // One damaged file must not keep the others from being done; the job fails at the end and names it.
                run.Failure = e;
            }
            var end = new WindowItem(run, null);
            await end.CompleteAsync(null);
            await inOrder.WriteAsync(end, cancellationToken);
        }
        work.Complete();
        inOrder.Complete();
    }

    async Task TokenizeAsync(ChannelReader<WindowItem> work, CancellationToken cancellationToken)
    {
        var encoder = parts.Encoders();
        var start = StageClock.Now;
        await foreach (var item in work.ReadAllAsync(cancellationToken))
        {
            _tokenize.WaitedForInput(start);
            start = StageClock.Now;
            var buffer = _buffers.TryTake(out var used) ? used : new EncodingBuffer();
            buffer.Clear();
            for (var row = 0; row < item.Rows!.Count; row++)
            {
                parts.Task.Encode(item.Rows, row, encoder, buffer);
            }

            item.Encodings = buffer;
            parts.Totals.AddTokenized(item.Rows.SourceBytes);
            var run = parts.Engine is { } engine && buffer.Count > 0 ? engine.RunAsync(buffer, cancellationToken) : null;
            _ = item.CompleteAsync(run);
            _tokenize.Busy(start);
            start = StageClock.Now;
        }
    }

    async Task FinishAsync(ChannelReader<WindowItem> inOrder, ChannelWriter<FinishedWindow> output, CancellationToken cancellationToken)
    {
        await foreach (var item in inOrder.ReadAllAsync(cancellationToken))
        {
            var start = StageClock.Now;
            await item.Ready.WaitAsync(cancellationToken);
            _finish.WaitedForInput(start);
            start = StageClock.Now;
            var finished = _blocks.TryTake(out var used) ? used : new FinishedWindow(parts.Output.Columns);
            finished.Clear();
            finished.Unit = item.Unit;
            if (item.Rows is { } rows)
            {
                (finished.RowsKept, finished.Tokens, finished.Truncated) = parts.Output.Append(item, finished.Rows, finished.Rejects);
                (finished.RecordsIn, finished.Filtered, finished.SourceBytes) = (rows.RecordsIn, rows.Filtered, rows.SourceBytes);
                _buffers.Add(item.Encodings);
            }
            else
            {
                finished.EndOfUnit = true;
            }
            item.Dispose();
            _finish.Busy(start);
            start = StageClock.Now;
            await output.WriteAsync(finished, cancellationToken);
            _finish.WaitedForOutput(start);
        }
        output.Complete();
    }

    async Task WriteAsync(ChannelReader<FinishedWindow> input, CancellationToken cancellationToken)
    {
        UnitWriter? writer = null;
        var counts = new UnitCounts(0, 0, 0, 0, 0);
        try
        {
            var start = StageClock.Now;
            await foreach (var window in input.ReadAllAsync(cancellationToken))
            {
                _write.WaitedForInput(start);
                start = StageClock.Now;
                writer ??= parts.Writers(window.Unit.Unit);
                if (window.EndOfUnit)
                {
                    await EndAsync(window.Unit, writer, counts);
                    (writer, counts) = (null, new UnitCounts(0, 0, 0, 0, 0));
                }
                else
                {
                    await AppendAsync(window, writer, cancellationToken);
                    counts = new(
                        counts.RowsIn + window.RecordsIn,
                        counts.RowsKept + window.RowsKept,
                        counts.Filtered + window.Filtered,
                        counts.Tokens + window.Tokens,
                        counts.Truncated + window.Truncated
                    );
                }
                _blocks.Add(window);
                _write.Busy(start);
                start = StageClock.Now;
            }
        }
        finally
        {
            if (writer is not null)
            {
                await writer.DisposeAsync();
            }
        }
    }

    async Task AppendAsync(FinishedWindow window, UnitWriter writer, CancellationToken cancellationToken)
    {
        if (window.Rows.Count > 0)
        {
            await writer.WriteAsync(window.Rows, cancellationToken);
        }

        foreach (var reject in window.Rejects)
        {
            await writer.RejectAsync(reject, cancellationToken);
            parts.Totals.AddReject(reject);
        }
        parts.Totals.AddRows(window.RecordsIn, window.Rows.Count, window.Filtered);
        parts.Totals.AddBytes(window.SourceBytes);
    }

    async Task EndAsync(UnitRun unit, UnitWriter writer, UnitCounts counts)
    {
        await using (writer)
        {
            if (unit.Failure is { } failure)
            {
                _failures.Add(failure);
                return;
            }
            // A stop between files and record would leave files that nothing names: a commit that has begun is finished.
            await writer.CommitAsync(counts, CancellationToken.None);
            UnitsDone++;
        }
    }
}
