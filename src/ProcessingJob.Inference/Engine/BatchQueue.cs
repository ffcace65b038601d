namespace ProcessingJob.Inference;

/// <summary>A batch of a window, waiting for a caller.</summary>
readonly record struct WorkItem(WindowJob Job, BatchRange Range);

/// <summary>Batches of all windows in flight, shared by all callers of all devices: whoever is free takes the next.</summary>
sealed class BatchQueue
{
    readonly object gate = new();
    readonly Queue<WorkItem> items = [];
    readonly Stack<WorkItem> returned = [];
    Exception? closed;

    /// <summary>Queues all batches of a window behind those already there.</summary>
    public void Add(WindowJob job)
    {
        lock (gate)
        {
            if (closed is not null) throw closed;
            foreach (var range in job.Batches) items.Enqueue(new WorkItem(job, range));
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>Puts back what a caller could not do; it is next.</summary>
    public void Return(WorkItem item)
    {
        lock (gate)
        {
            if (closed is null)
            {
                returned.Push(item);
                Monitor.Pulse(gate);
                return;
            }
        }

        item.Job.Fail(closed);
        item.Job.FinishBatch();
    }

    /// <summary>Waits for the next batch; false when the queue is closed.</summary>
    public bool Take(out WorkItem item)
    {
        lock (gate)
        {
            while (true)
            {
                if (closed is not null)
                {
                    item = default;
                    return false;
                }

                if (returned.TryPop(out item) || items.TryDequeue(out item)) return true;
                Monitor.Wait(gate);
            }
        }
    }

    /// <summary>Lets all callers go; what waits fails with the reason, and so does what comes later.</summary>
    public void Close(Exception reason)
    {
        WorkItem[] left;
        lock (gate)
        {
            if (closed is not null) return;
            closed = reason;
            left = [.. returned, .. items];
            returned.Clear();
            items.Clear();
            Monitor.PulseAll(gate);
        }

        foreach (var item in left)
        {
            item.Job.Fail(reason);
            item.Job.FinishBatch();
        }
    }
}
