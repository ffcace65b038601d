using System.Diagnostics;

namespace ProcessingJob.Inference;

/// <summary>A device with its callers' shared state: counters, the batch size it can hold, its session's life.</summary>
sealed class DeviceSlot(IDevice device) : IDisposable
{
    // Callers hold it for reading while they run, so that a dead session is replaced only when nobody is inside.
    readonly ReaderWriterLockSlim life = new();
    readonly Lock counters = new();
    readonly List<IRunner> runners = [];
    long busyTicks;
    long waitTicks;
    long batches;
    long tokens;
    int tokenLimit = int.MaxValue;
    int generation;

    public IDevice Device { get; } = device;

    /// <summary>Counts up with every new session.</summary>
    public int Generation => Volatile.Read(ref generation);

    /// <summary>True when its session died twice: it takes no more batches.</summary>
    public bool Dead { get; private set; }

    /// <summary>Padded tokens of a batch that were too many are remembered: this is what is tried since.</summary>
    public int TokenLimit => Volatile.Read(ref tokenLimit);

    public DeviceStats Stats
    {
        get
        {
            lock (counters)
                return new(Device.Name, Device.Callers, ToTime(busyTicks), ToTime(waitTicks), batches, tokens);
        }
    }

    public void CountBatch(long busy, long waited, int paddedTokens)
    {
        lock (counters)
        {
            busyTicks += busy;
            waitTicks += waited;
            batches++;
            tokens += paddedTokens;
        }
    }

    public void LowerLimit(int failedTokens)
    {
        lock (counters) tokenLimit = Math.Min(tokenLimit, Math.Max(1, failedTokens / 2));
    }

    /// <summary>A runner for one caller, good for this generation; disposed here. Call between EnterRun and ExitRun.</summary>
    public IRunner CreateRunner()
    {
        var runner = Device.CreateRunner();
        lock (counters) runners.Add(runner);
        return runner;
    }

    public void EnterRun() => life.EnterReadLock();

    public void ExitRun() => life.ExitReadLock();

    /// <summary>Makes the session anew, once in the engine's life; false when that has been used up or failed.</summary>
    public bool TryRecreate(int diedGeneration, out Exception? failure)
    {
        failure = null;
        life.EnterWriteLock();
        try
        {
            if (Dead) return false;
            // Another caller of the same dead session was quicker.
            if (generation > diedGeneration) return true;
            if (generation > 0)
            {
                Dead = true;
                return false;
            }

            try
            {
                DisposeRunners();
                Device.Recreate();
                Volatile.Write(ref generation, generation + 1);
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
            life.ExitWriteLock();
        }
    }

    public void Dispose()
    {
        DisposeRunners();
        Device.Dispose();
        life.Dispose();
    }

    // Before their session: they hold memory of it.
    void DisposeRunners()
    {
        foreach (var runner in runners) runner.Dispose();
        runners.Clear();
    }

    static TimeSpan ToTime(long ticks) => Stopwatch.GetElapsedTime(0, ticks);
}
