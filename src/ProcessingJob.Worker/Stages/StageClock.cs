using System.Diagnostics;
using ProcessingJob.Contract.Output;

namespace ProcessingJob.Worker.Stages;

/// <summary>Where the workers of one stage spend their time. Thread-safe; a few updates per block, so it costs nothing.</summary>
sealed class StageClock(string name, int workers)
{
    long _busy,
        _waitInput,
        _waitOutput;

    public static long Now => Stopwatch.GetTimestamp();

    public void Busy(long since) => Interlocked.Add(ref _busy, Now - since);

    public void WaitedForInput(long since) => Interlocked.Add(ref _waitInput, Now - since);

    public void WaitedForOutput(long since) => Interlocked.Add(ref _waitOutput, Now - since);

    public StageReport Report() => new(name, workers, Seconds(_busy), Seconds(_waitInput), Seconds(_waitOutput));

    static double Seconds(long ticks) => Math.Round((double)ticks / Stopwatch.Frequency, 3);
}
