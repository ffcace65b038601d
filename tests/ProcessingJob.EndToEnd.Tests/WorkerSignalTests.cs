using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ProcessingJob.EndToEnd.Tests;

public partial class WorkerSignalTests
{
    [Theory]
    [InlineData(15, 143)]
    [InlineData(2, 130)]
    public async Task Worker_SignalMidWay_EndsInTimeAndLeavesNothingHalf(int signal, int exitCode)
    {
        Assert.SkipWhen(signal == 2 && Programs.IgnoresInterrupts, "SIGINT is ignored in this session.");
        using var bench = new ContainerBench();
        bench.WriteData("big.jsonl", string.Concat(Texts.Rows(60_000)));
        using var worker = bench.Start();
        var ended = worker.EndAsync();
        while (bench.Commits.Count == 0 && !worker.HasExited)
        {
            await Task.Delay(20);
        }

        var clock = Stopwatch.StartNew();
        Assert.Equal(0, kill(worker.Id, signal));
        Assert.Equal(exitCode, (await ended).ExitCode);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10));
        Assert.Contains("stopped by a signal", bench.Message, StringComparison.Ordinal);
        bench.AssertNothingHalfLooksWhole();
    }

    [LibraryImport("libc")]
    private static partial int kill(int process, int signal);
}
