namespace ProcessingJob.Inference.Engine;

/// <summary>A batch of a block, waiting for an inference thread.</summary>
readonly record struct WorkItem(BlockJob Job, BatchRange Range);

/// <summary>Batches of all blocks in flight, shared by all inference threads of all devices: whoever is free takes the next.</summary>
sealed class BatchQueue
{
    readonly object _gate = new();
    readonly Queue<WorkItem> _items = [];
    readonly Stack<WorkItem> _returned = [];
    Exception? _closed;

    /// <summary>Batches that wait.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _items.Count + _returned.Count;
            }
        }
    }

    /// <summary>Queues all batches of a block behind those already there.</summary>
    public void Add(BlockJob job)
    {
        lock (_gate)
        {
            if (_closed is not null)
            {
                throw _closed;
            }

            foreach (var range in job.Batches)
            {
                _items.Enqueue(new WorkItem(job, range));
            }

            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Puts back what a thread could not do; it is next.</summary>
    public void Return(WorkItem item)
    {
        lock (_gate)
        {
            if (_closed is null)
            {
                _returned.Push(item);
                Monitor.Pulse(_gate);
                return;
            }
        }

        item.Job.Fail(_closed);
        item.Job.FinishBatch();
    }

    /// <summary>Waits for the next batch; false when the queue is closed.</summary>
    public bool Take(out WorkItem item)
    {
        lock (_gate)
        {
            while (true)
            {
                if (_closed is not null)
                {
                    item = default;
                    return false;
                }

                if (_returned.TryPop(out item) || _items.TryDequeue(out item))
                {
                    return true;
                }

                Monitor.Wait(_gate);
            }
        }
    }

    /// <summary>Lets all threads go; what waits fails with the reason, and so does what comes later.</summary>
    public void Close(Exception reason)
    {
        WorkItem[] left;
        lock (_gate)
        {
            if (_closed is not null)
            {
                return;
            }

            _closed = reason;
            left = [.. _returned, .. _items];
            _returned.Clear();
            _items.Clear();
            Monitor.PulseAll(_gate);
        }

        foreach (var item in left)
        {
            item.Job.Fail(reason);
            item.Job.FinishBatch();
        }
    }
}
