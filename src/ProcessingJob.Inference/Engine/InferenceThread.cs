using System.Diagnostics;
using ProcessingJob.Inference.Devices;

namespace ProcessingJob.Inference.Engine;

/// <summary>One thread that takes batches from the queue and runs them on its device, and copes with what goes wrong there.</summary>
sealed class InferenceThread
{
    /// <summary>Rows among which one in a hundred may be not finite.</summary>
    const int FirstRows = 1000;

    const int MaxNotFinite = FirstRows / 100;

    readonly DeviceSlot _slot;
    readonly BatchQueue _queue;
    readonly ModelOutput _model;
    readonly EngineCounters _counters;
    readonly InferenceContext _context;
    readonly int[] _single = new int[1];
    IRunner? _runner;
    int _generation;
    float[] _output = [];
    long _idleSince;

    public InferenceThread(DeviceSlot slot, BatchQueue queue, ModelOutput output, EngineCounters counters, InferenceContext context)
    {
        (_slot, _queue, _model, _counters, _context) = (slot, queue, output, counters, context);
        // Not a pool thread: it blocks in native code for most of its life.
        Thread = new Thread(Loop) { IsBackground = true, Name = $"{slot.Device.Name} inference" };
    }

    public Thread Thread { get; }

    void Loop()
    {
        try
        {
            while (_queue.Take(out var item))
            {
                if (_slot.Dead)
                {
                    _queue.Return(item);
                    return;
                }

                if (item.Job.Stopped)
                {
                    item.Job.FinishBatch();
                }
                else if (!CutToLimit(item))
                {
                    Run(item);
                }
            }
        }
        catch (Exception e)
        {
            // A fault in this class itself must not leave blocks waiting for ever.
            _queue.Close(e);
        }
    }

    /// <summary>Cuts a batch that is larger than the device has been seen to hold.</summary>
    bool CutToLimit(WorkItem item)
    {
        var (range, limit) = (item.Range, _slot.TokenLimit);
        if (range.Count == 1 || range.Count * range.Length <= limit)
        {
            return false;
        }

        Cut(item, Math.Clamp(limit / range.Length, 1, range.Count - 1));
        return true;
    }

    void Cut(WorkItem item, int first)
    {
        var range = item.Range;
        item.Job.AddBatch();
        _queue.Return(item with { Range = range with { Start = range.Start + first, Count = range.Count - first } });
        _queue.Return(item with { Range = range with { Count = first } });
    }

    void Run(WorkItem item)
    {
        var started = Stopwatch.GetTimestamp();
        var waited = _idleSince == 0 ? 0 : started - Math.Max(_idleSince, _context.FirstBatch(started));
        var encodings = item.Job.Encodings(item.Range);
        var batch = new Batch(item.Job.Block, encodings, item.Range.Length);
        try
        {
            RunOnDevice(batch);
            Finish(item, batch);
        }
        catch (DeviceMemoryException e)
        {
            Halve(item, e);
            return;
        }
        catch (DeviceLostException e)
        {
            Recover(item, e);
            return;
        }
        catch (Exception e)
        {
            item.Job.Fail(e);
            item.Job.FinishBatch();
            return;
        }

        _idleSince = Stopwatch.GetTimestamp();
        Count(batch);
        _slot.CountBatch(_idleSince - started, waited, batch.PaddedTokens);
        item.Job.FinishBatch();
    }

    void RunOnDevice(in Batch batch)
    {
        _slot.EnterRun();
        try
        {
            if (_runner is null || _generation != _slot.Generation)
            {
                _generation = _slot.Generation;
                _runner = _slot.CreateRunner();
            }

            var floats = batch.Rows * _model.Floats(batch.Length);
            if (_output.Length < floats)
            {
                // Shorter batches have more rows: without room to spare nearly every batch of the first block would need more.
                _output = GC.AllocateUninitializedArray<float>(floats + floats / 2);
            }

            _runner.Run(batch, _output.AsSpan(0, floats));
        }
        finally
        {
            _slot.ExitRun();
        }
    }

    /// <summary>Copies the rows to their places; those that are not finite are tried again alone.</summary>
    void Finish(WorkItem item, in Batch batch)
    {
        List<int>? broken = null;
        for (var r = 0; r < batch.Rows; r++)
        {
            if (!TryStore(item.Job, batch, r))
            {
                (broken ??= []).Add(batch.Encodings[r]);
            }
        }

        if (broken is null)
        {
            Interlocked.Add(ref _counters.FinishedRows, batch.Rows);
            return;
        }

        foreach (var encoding in broken)
        {
            Interlocked.Increment(ref _counters.RetriedRows);
            _single[0] = encoding;
            var alone = new Batch(item.Job.Block, _single, item.Job.Block.Length(encoding));
            if (batch.Rows > 1 || batch.Length > alone.Length)
            {
                RunOnDevice(alone);
                if (TryStore(item.Job, alone, 0))
                {
                    continue;
                }
            }

            if (_context.RunInFloat32(alone, _output) && TryStore(item.Job, alone, 0))
            {
                continue;
            }

            item.Job.Result.SetNotFinite(encoding);
            EndIfBroken(Interlocked.Increment(ref _counters.NotFiniteRows), alone);
        }

        Interlocked.Add(ref _counters.FinishedRows, batch.Rows);
    }

    /// <summary>A row that is not finite is lost; many of them among the first say that the model is broken, which ends all work.</summary>
    void EndIfBroken(long notFinite, in Batch example)
    {
        if (notFinite <= MaxNotFinite || Interlocked.Read(ref _counters.FinishedRows) >= FirstRows)
        {
            return;
        }

        var broken = _context.Broken(example, $"more than {MaxNotFinite} of the first {FirstRows:N0} texts");
        _queue.Close(broken);
        throw broken;
    }

    bool TryStore(BlockJob job, in Batch batch, int row)
    {
        var encoding = batch.Encodings[row];
        var floats = _model.Floats(batch.Length);
        return job.Result.TryStore(encoding, _output.AsSpan(row * floats, floats), batch.Length, job.Block.Length(encoding));
    }

    void Halve(WorkItem item, DeviceMemoryException e)
    {
        var range = item.Range;
        if (range.Count == 1)
        {
            item.Job.Fail(WarmUp.TooSmall(_slot.Device, range.Length, e));
            item.Job.FinishBatch();
            return;
        }

        Interlocked.Increment(ref _counters.Halvings);
        _slot.LowerLimit(range.Count * range.Length);
        _context.Log(
            true,
            $"{_slot.Device.Name}: out of memory with {range.Count} x {range.Length} tokens; from now on at most {_slot.TokenLimit} tokens"
        );
        Cut(item, range.Count / 2);
    }

    void Recover(WorkItem item, DeviceLostException e)
    {
        switch (_slot.Revive(_generation, out var failure))
        {
            case Revival.Done:
                Interlocked.Increment(ref _counters.Recreations);
                _context.Log(true, $"{_slot.Device.Name}: the session died and was made anew: {e.Message}");
                break;
            case Revival.Failed:
                _context.DeviceDied(_slot, failure ?? e);
                break;
        }

        _queue.Return(item);
    }

    void Count(in Batch batch)
    {
        long real = 0;
        foreach (var encoding in batch.Encodings)
        {
            real += batch.Block.Length(encoding);
        }

        Interlocked.Add(ref _counters.RealTokens, real);
        Interlocked.Add(ref _counters.PaddedTokens, batch.PaddedTokens);
        Interlocked.Increment(ref _counters.Batches);
    }
}
