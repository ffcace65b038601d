using System.Diagnostics;

namespace ProcessingJob.Inference;

/// <summary>A device with its callers' shared state: counters, the batch size it can hold, its session's life.</summary>
sealed class DeviceSlot(IDevice device) : IDisposable
{
    // Callers hold it for reading while they run, so that a dead session is replaced only when nobody is inside.
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

    /// <summary>True when its session died twice: it takes no more batches.</summary>
    public bool Dead { get; private set; }

    /// <summary>Padded tokens of a batch that were too many are remembered: this is what is tried since.</summary>
    public int TokenLimit => Volatile.Read(ref _tokenLimit);

    public DeviceStats Stats
    {
        get
        {
            lock (_counters)
                return new(Device.Name, Device.Callers, ToTime(_busyTicks), ToTime(_waitTicks), _batches, _tokens);
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
        lock (_counters) _tokenLimit = Math.Min(_tokenLimit, Math.Max(1, failedTokens / 2));
    }

    /// <summary>A runner for one caller, good for this generation; disposed here. Call between EnterRun and ExitRun.</summary>
    public IRunner CreateRunner()
    {
        var runner = Device.CreateRunner();
        lock (_counters) _runners.Add(runner);
        return runner;
    }

    public void EnterRun() => _life.EnterReadLock();

    public void ExitRun() => _life.ExitReadLock();

    /// <summary>Makes the session anew, once in the engine's life; false when that has been used up or failed.</summary>
    public bool TryRecreate(int diedGeneration, out Exception? failure)
    {
        failure = null;
        _life.EnterWriteLock();
        try
        {
            if (Dead) return false;
            // Another caller of the same dead session was quicker.
            if (_generation > diedGeneration) return true;
            if (_generation > 0)
            {
                Dead = true;
                return false;
            }

            try
            {
                DisposeRunners();
                Device.Recreate();
                Volatile.Write(ref _generation, _generation + 1);
                return true;
            }
            catch (Exception e)
            {
                Dead = true;
                failure = e;
                return false;
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
        foreach (var runner in _runners) runner.Dispose();
        _runners.Clear();
    }

    static TimeSpan ToTime(long ticks) => Stopwatch.GetElapsedTime(0, ticks);
}
