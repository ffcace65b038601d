using System.Diagnostics;
using ProcessingJob.Contract.Output;

namespace ProcessingJob.Worker.Stages;

/// <summary>Where the workers of one stage spend their time. Thread-safe; a few updates per block, so it costs nothing.</summary>
sealed class StageClock(string name, int workers)
{
    long _busy,
        _cpu,
        _waitInput,
        _waitOutput;

    public string Name => name;

    public static StageMark Now => new(Stopwatch.GetTimestamp(), ThreadCpu.Nanoseconds(), Environment.CurrentManagedThreadId);

    public void Busy(StageMark since)
    {
        var now = Now;
        Interlocked.Add(ref _busy, now.Ticks - since.Ticks);
        // Work that was handed to another thread on the way has no CPU time that could be told.
        if (now.Thread == since.Thread)
        {
            Interlocked.Add(ref _cpu, now.Cpu - since.Cpu);
        }
    }

    public void WaitedForInput(StageMark since) => Interlocked.Add(ref _waitInput, Stopwatch.GetTimestamp() - since.Ticks);

    public void WaitedForOutput(StageMark since) => Interlocked.Add(ref _waitOutput, Stopwatch.GetTimestamp() - since.Ticks);

    public StageReport Report() =>
        new(name, workers, Seconds(_busy), Seconds(_waitInput), Seconds(_waitOutput)) { CpuSeconds = Math.Round(_cpu / 1e9, 3) };

    static double Seconds(long ticks) => Math.Round((double)ticks / Stopwatch.Frequency, 3);
}

/// <summary>A moment on one thread.</summary>
/// <param name="Ticks">Of the stopwatch.</param>
/// <param name="Cpu">Nanoseconds of CPU time of the thread.</param>
/// <param name="Thread">Which one.</param>
readonly record struct StageMark(long Ticks, long Cpu, int Thread);
