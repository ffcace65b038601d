using System.Diagnostics;
using ProcessingJob.Inference.Devices;

namespace ProcessingJob.Inference.Engine;

/// <summary>A device with the shared state of its inference threads: counters, the batch size it can hold, its session's life.</summary>
/// <param name="device">Disposed with this.</param>
/// <param name="revives">Whether its session may be made anew after it died.</param>
sealed class DeviceSlot(IDevice device, bool revives) : IDisposable
{
    // Inference threads hold it for reading while they run, so that a dead session is replaced only when nobody is inside.
    readonly ReaderWriterLockSlim _life = new();
    readonly Lock _counters = new();
    readonly List<IRunner> _runners = [];
    long _busyTicks;
    long _waitTicks;
    long _batches;
    long _tokens;
    int _tokenLimit = int.MaxValue;
    int _generation;

    public IDevice Device { get; } = device;

    /// <summary>Counts up with every new session.</summary>
    public int Generation => Volatile.Read(ref _generation);

    /// <summary>True when its session died twice, or once where it cannot be made anew: it takes no more batches.</summary>
    public bool Dead { get; private set; }

    /// <summary>Padded tokens of a batch that were too many are remembered: this is what is tried since.</summary>
    public int TokenLimit => Volatile.Read(ref _tokenLimit);

    public DeviceStats Stats
    {
        get
        {
            lock (_counters)
            {
                return new(Device.Name, Device.Threads, ToTime(_busyTicks), ToTime(_waitTicks), _batches, _tokens);
            }
        }
    }

    public void CountBatch(long busy, long waited, int paddedTokens)
    {
        lock (_counters)
        {
            _busyTicks += busy;
            _waitTicks += waited;
            _batches++;
            _tokens += paddedTokens;
        }
    }

    public void LowerLimit(int failedTokens)
    {
        lock (_counters)
        {
            _tokenLimit = Math.Min(_tokenLimit, Math.Max(1, failedTokens / 2));
        }
    }

    /// <summary>A runner for one thread, good for this generation; disposed here. Call between EnterRun and ExitRun.</summary>
    public IRunner CreateRunner()
    {
        var runner = Device.CreateRunner();
        lock (_counters)
        {
            _runners.Add(runner);
        }

        return runner;
    }

    public void EnterRun() => _life.EnterReadLock();

    public void ExitRun() => _life.ExitReadLock();

    /// <summary>Makes the session anew, once in the engine's life, by the first of its threads that asks.</summary>
    public Revival Revive(int diedGeneration, out Exception? failure)
    {
        failure = null;
        if (!revives)
        {
            // Without the lock, which another thread's call may hold for ever.
            Dead = true;
            return Revival.Failed;
        }

        _life.EnterWriteLock();
        try
        {
            if (Dead)
            {
                return Revival.Failed;
            }

            if (_generation > diedGeneration)
            {
                return Revival.DoneByAnother;
            }

            if (_generation > 0)
            {
                Dead = true;
                return Revival.Failed;
            }

            try
            {
                DisposeRunners();
                Device.Recreate();
                Volatile.Write(ref _generation, _generation + 1);
                return Revival.Done;
            }
            catch (Exception e)
            {
                Dead = true;
                failure = e;
                return Revival.Failed;
            }
        }
        finally
        {
            _life.ExitWriteLock();
        }
    }

    public void Dispose()
    {
        DisposeRunners();
        Device.Dispose();
        _life.Dispose();
    }

    // Before their session: they hold memory of it.
    void DisposeRunners()
    {
        foreach (var runner in _runners)
        {
            runner.Dispose();
        }

        _runners.Clear();
    }

    static TimeSpan ToTime(long ticks) => Stopwatch.GetElapsedTime(0, ticks);
}

/// <summary>What became of a session that died.</summary>
enum Revival
{
    Done,

    /// <summary>Another thread of the same dead session was quicker.</summary>
    DoneByAnother,

    /// <summary>It has been made anew before, or that failed.</summary>
    Failed,
}
