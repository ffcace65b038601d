using System.Runtime.InteropServices;

namespace ProcessingJob.Worker.Stages;

/// <summary>CPU time of the calling thread, which does not grow while others have the core.</summary>
static partial class ThreadCpu
{
    // CLOCK_THREAD_CPUTIME_ID of clock_gettime(2) on Linux.
    const int ThreadClock = 3;

    static readonly bool IsKnown = OperatingSystem.IsLinux();

    /// <summary>Since the thread's start; 0 where the system is not Linux.</summary>
    public static long Nanoseconds() =>
        IsKnown && GetTime(ThreadClock, out var time) == 0 ? time.Seconds * 1_000_000_000 + time.Nanoseconds : 0;

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out Time time);

    readonly struct Time
    {
        public readonly long Seconds;
        public readonly long Nanoseconds;
    }
}
