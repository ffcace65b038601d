using ProcessingJob.Worker.Stages;

namespace ProcessingJob.Benchmarks.Host;

/// <summary>Time of many threads together: CPU time, but for commits, which wait for the disk one after another.</summary>
sealed class CpuMeter
{
    long _nanoseconds;

    public double Seconds => _nanoseconds / 1e9;

    public void Add(long nanoseconds) => Interlocked.Add(ref _nanoseconds, nanoseconds);

    /// <summary>Counts an action that stays on its thread.</summary>
    public T Measure<T>(Func<T> action)
    {
        var start = ThreadTime.Nanoseconds;
        try
        {
            return action();
        }
        finally
        {
            Add(ThreadTime.Nanoseconds - start);
        }
    }
}

static class ThreadTime
{
    public static long Nanoseconds => ThreadCpu.Nanoseconds();
}
