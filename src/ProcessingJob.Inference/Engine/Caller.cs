using System.Diagnostics;
using System.Numerics.Tensors;
using ProcessingJob.Contract;

namespace ProcessingJob.Inference;

/// <summary>One thread that takes batches from the queue and runs them on its device, and copes with what goes wrong there.</summary>
sealed class Caller
{
    readonly DeviceSlot slot;
    readonly BatchQueue queue;
    readonly HeadPlan head;
    readonly EngineCounters counters;
    readonly CallerContext context;
    readonly int[] single = new int[1];
    IRunner? runner;
    int generation;
    float[] output = [];
    long idleSince;

    public Caller(DeviceSlot slot, BatchQueue queue, HeadPlan head, EngineCounters counters, CallerContext context)
    {
        (this.slot, this.queue, this.head, this.counters, this.context) = (slot, queue, head, counters, context);
        // Not a pool thread: it blocks in native code for most of its life.
        Thread = new Thread(Loop) { IsBackground = true, Name = $"{slot.Device.Name} caller" };
    }

    public Thread Thread { get; }

    void Loop()
    {
        try
        {
            while (queue.Take(out var item))
            {
                if (slot.Dead)
                {
                    queue.Return(item);
                    return;
                }

                if (item.Job.Stopped) item.Job.FinishBatch();
                else if (!CutToLimit(item)) Run(item);
            }
        }
        catch (Exception e)
        {
            // A fault in this class itself must not leave windows waiting for ever.
            queue.Close(e);
        }
    }

    /// <summary>Cuts a batch that is larger than the device has been seen to hold.</summary>
    bool CutToLimit(WorkItem item)
    {
        var (range, limit) = (item.Range, slot.TokenLimit);
        if (range.Count == 1 || range.Count * range.Length <= limit) return false;
        Cut(item, Math.Clamp(limit / range.Length, 1, range.Count - 1));
        return true;
    }

    void Cut(WorkItem item, int first)
    {
        var range = item.Range;
        item.Job.AddBatch();
        queue.Return(item with { Range = range with { Start = range.Start + first, Count = range.Count - first } });
        queue.Return(item with { Range = range with { Count = first } });
    }

    void Run(WorkItem item)
    {
        var started = Stopwatch.GetTimestamp();
        var waited = idleSince == 0 ? 0 : started - Math.Max(idleSince, context.FirstBatch(started));
        var encodings = item.Job.Encodings(item.Range);
        var batch = new Batch(item.Job.Window, encodings, item.Range.Length);
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

        idleSince = Stopwatch.GetTimestamp();
        Count(batch);
        slot.CountBatch(idleSince - started, waited, batch.PaddedTokens);
        item.Job.FinishBatch();
    }

    void RunOnDevice(in Batch batch)
    {
        slot.EnterRun();
        try
        {
            if (runner is null || generation != slot.Generation)
            {
                generation = slot.Generation;
                runner = slot.CreateRunner();
            }

            var floats = batch.Rows * head.ResultFloats(batch.Length);
            if (output.Length < floats) output = new float[floats];
            runner.Run(batch, output.AsSpan(0, floats));
        }
        finally
        {
            slot.ExitRun();
        }
    }

    /// <summary>Copies the rows to their places; those that are not finite are tried again alone.</summary>
    void Finish(WorkItem item, in Batch batch)
    {
        List<int>? broken = null;
        for (var r = 0; r < batch.Rows; r++)
            if (!TryStore(item.Job, batch, r)) (broken ??= []).Add(batch.Encodings[r]);
        if (broken is null) return;

        foreach (var encoding in broken)
        {
            Interlocked.Increment(ref counters.RetriedRows);
            single[0] = encoding;
            var alone = new Batch(item.Job.Window, single, item.Job.Window.Length(encoding));
            if (batch.Rows > 1 || batch.Length > alone.Length)
            {
                RunOnDevice(alone);
                if (TryStore(item.Job, alone, 0)) continue;
            }

            if (context.RunInFloat32(alone, output) && TryStore(item.Job, alone, 0)) continue;
            item.Job.Result.SetNotFinite(encoding);
            Interlocked.Increment(ref counters.NotFiniteRows);
        }
    }

    bool TryStore(WindowJob job, in Batch batch, int row)
    {
        var encoding = batch.Encodings[row];
        var target = job.Result.All(encoding);
        var source = output.AsSpan(row * head.ResultFloats(batch.Length), head.ResultFloats(batch.Length));
        if (head.Shape == OutputShape.StartEnd)
        {
            var length = job.Window.Length(encoding);
            source[..length].CopyTo(target);
            source.Slice(batch.Length, length).CopyTo(target[length..]);
        }
        else
        {
            source.CopyTo(target);
        }

        return TensorPrimitives.IsFiniteAll<float>(target);
    }

    void Halve(WorkItem item, DeviceMemoryException e)
    {
        var range = item.Range;
        if (range.Count == 1)
        {
            item.Job.Fail(new PJobException(
                $"{slot.Device.Name} has not enough memory for one text of {range.Length} tokens. Lower tokens.max_length or take a larger instance. {e.Message}",
                ExitCode.Failed, e));
            item.Job.FinishBatch();
            return;
        }

        Interlocked.Increment(ref counters.Halvings);
        slot.LowerLimit(range.Count * range.Length);
        context.Log(true, $"{slot.Device.Name}: out of memory with {range.Count} x {range.Length} tokens; from now on at most {slot.TokenLimit} tokens.");
        Cut(item, range.Count / 2);
    }

    void Recover(WorkItem item, DeviceLostException e)
    {
        var before = slot.Generation;
        if (slot.TryRecreate(generation, out var failure))
        {
            if (slot.Generation > before)
            {
                Interlocked.Increment(ref counters.Recreations);
                context.Log(true, $"{slot.Device.Name}: the session died and was made anew: {e.Message}");
            }
        }
        else
        {
            context.DeviceDied(slot, failure ?? e);
        }

        queue.Return(item);
    }

    void Count(in Batch batch)
    {
        long real = 0;
        foreach (var encoding in batch.Encodings) real += batch.Window.Length(encoding);
        Interlocked.Add(ref counters.RealTokens, real);
        Interlocked.Add(ref counters.PaddedTokens, batch.PaddedTokens);
        Interlocked.Increment(ref counters.Batches);
    }
}
