using System.Collections.Concurrent;
using System.Threading.Channels;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Data.Reading;
using ProcessingJob.Data.Writing;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Storage;
using ProcessingJob.Tokenization;
using ProcessingJob.Worker.Tasks;

namespace ProcessingJob.Worker.Stages;

/// <summary>What the stages share.</summary>
/// <param name="Engine">Null for tokenize.</param>
/// <param name="Encoders">Makes one encoder per tokenizing thread.</param>
/// <param name="Tokenizers">Number of tokenizing threads.</param>
sealed record PipelineParts(
    IDataRoot Data,
    RowReader Reader,
    FeatureTask Task,
    InferenceEngine? Engine,
    Func<TextEncoder> Encoders,
    int Tokenizers,
    OutputRows Output,
    Func<WorkUnit, UnitWriter> Writers,
    RunTotals Totals
);

/// <summary>
/// read ‖ tokenize ‖ run ‖ finish ‖ write over bounded channels: memory is bounded by the channels, never by the input. Blocks may
/// be tokenized and run in any order; they are finished and written in the order they were read.
/// </summary>
sealed class Pipeline(PipelineParts parts)
{
    readonly StageClock _read = new("read", 1),
        _tokenize = new("tokenize", parts.Tokenizers),
        _sort = new("sort", parts.Tokenizers),
        _finish = new("finish", 1),
        _write = new("write", 1);
    readonly ConcurrentBag<EncodingBuffer> _buffers = [];
    readonly ConcurrentBag<FinishedBlock> _blocks = [];
    readonly List<PJobException> _failures = [];

    public IReadOnlyList<StageReport> Stages => [_read.Report(), _tokenize.Report(), _sort.Report(), _finish.Report(), _write.Report()];

    public int UnitsDone { get; private set; }

    /// <summary>Units whose file cannot be read; the others are done all the same.</summary>
    public IReadOnlyList<PJobException> Failures => _failures;

    public async Task RunAsync(IReadOnlyList<WorkUnit> units, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // In flight: enough blocks that a caller never waits at the end of one, and no more.
        var inFlight = (parts.Engine?.BlocksInFlight ?? 2) + parts.Tokenizers + 1;
        var toTokenize = Channel.CreateBounded<BlockItem>(new BoundedChannelOptions(inFlight) { SingleWriter = true });
        var inOrder = Channel.CreateBounded<BlockItem>(new BoundedChannelOptions(inFlight) { SingleWriter = true, SingleReader = true });
        var toWrite = Channel.CreateBounded<FinishedBlock>(new BoundedChannelOptions(4) { SingleWriter = true, SingleReader = true });

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
        ChannelWriter<BlockItem> work,
        ChannelWriter<BlockItem> inOrder,
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
                    var item = new BlockItem(run, rows);
                    await inOrder.WriteAsync(item, cancellationToken);
                    await work.WriteAsync(item, cancellationToken);
                    _read.WaitedForOutput(start);
                    start = StageClock.Now;
                }
                _read.Busy(start);
                source.CheckUnchanged();
            }
            catch (PJobException e) when (e.ExitCode == ExitCode.Failed)
            {
                // One damaged file must not keep the others from being done; the job fails at the end and names it.
                run.Failure = e;
            }
            var end = new BlockItem(run, null);
            await end.CompleteAsync(null);
            await inOrder.WriteAsync(end, cancellationToken);
        }
        work.Complete();
        inOrder.Complete();
    }

    async Task TokenizeAsync(ChannelReader<BlockItem> work, CancellationToken cancellationToken)
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
            _tokenize.Busy(start);
            start = StageClock.Now;
            var run = parts.Engine is { } engine && buffer.Count > 0 ? engine.RunAsync(buffer, cancellationToken) : null;
            _ = item.CompleteAsync(run);
            _sort.Busy(start);
            start = StageClock.Now;
        }
    }

    async Task FinishAsync(ChannelReader<BlockItem> inOrder, ChannelWriter<FinishedBlock> output, CancellationToken cancellationToken)
    {
        await foreach (var item in inOrder.ReadAllAsync(cancellationToken))
        {
            var start = StageClock.Now;
            await item.Ready.WaitAsync(cancellationToken);
            _finish.WaitedForInput(start);
            start = StageClock.Now;
            var finished = _blocks.TryTake(out var used) ? used : new FinishedBlock(parts.Output.Columns);
            finished.Clear();
            finished.Unit = item.Unit;
            if (item.Rows is { } rows)
            {
                (finished.RowsKept, finished.Tokens, finished.Truncated) = parts.Output.Append(item, finished.Rows, finished.Rejects);
                (finished.RecordsIn, finished.SourceBytes) = (rows.RecordsIn, rows.SourceBytes);
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

    async Task WriteAsync(ChannelReader<FinishedBlock> input, CancellationToken cancellationToken)
    {
        UnitWriter? writer = null;
        var counts = new UnitCounts(0, 0, 0, 0);
        try
        {
            var start = StageClock.Now;
            await foreach (var block in input.ReadAllAsync(cancellationToken))
            {
                _write.WaitedForInput(start);
                start = StageClock.Now;
                writer ??= parts.Writers(block.Unit.Unit);
                if (block.EndOfUnit)
                {
                    await EndAsync(block.Unit, writer, counts);
                    (writer, counts) = (null, new UnitCounts(0, 0, 0, 0));
                }
                else
                {
                    await AppendAsync(block, writer, cancellationToken);
                    counts = new(
                        counts.RowsIn + block.RecordsIn,
                        counts.RowsKept + block.RowsKept,
                        counts.Tokens + block.Tokens,
                        counts.Truncated + block.Truncated
                    );
                }
                _blocks.Add(block);
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

    async Task AppendAsync(FinishedBlock block, UnitWriter writer, CancellationToken cancellationToken)
    {
        if (block.Rows.Count > 0)
        {
            await writer.WriteAsync(block.Rows, cancellationToken);
        }

        foreach (var reject in block.Rejects)
        {
            await writer.RejectAsync(reject, cancellationToken);
            parts.Totals.AddReject(reject);
        }
        parts.Totals.AddRows(block.RecordsIn, block.Rows.Count);
        parts.Totals.AddBytes(block.SourceBytes);
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
