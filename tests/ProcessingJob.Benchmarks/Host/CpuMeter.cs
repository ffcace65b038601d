using ProcessingJob.Worker.Stages;

namespace ProcessingJob.Benchmarks.Host;

/// <summary>Time of many threads together: CPU time, but for commits, which wait for the disk one after another.</summary>
sealed class CpuMeter
{
    long _nanoseconds;

    public double Seconds => _nanoseconds / 1e9;

    public void Add(long nanoseconds) => Interlocked.Add(ref _nanoseconds, nanoseconds);
}

static class ThreadTime
{
    public static long Nanoseconds => ThreadCpu.Nanoseconds();
}
