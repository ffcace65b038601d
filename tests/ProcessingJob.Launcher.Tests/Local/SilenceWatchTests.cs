using Microsoft.Extensions.Time.Testing;
using ProcessingJob.Contract;
using ProcessingJob.Launcher.Local;
using ProcessingJob.Launcher.Progress;

namespace ProcessingJob.Launcher.Tests.Local;

public class SilenceWatchTests
{
    [Fact]
    public async Task ExceededAsync_WorkerThatSpeaks_IsNoticedOncePerSilence()
    {
        var (time, notices) = (new FakeTimeProvider(), 0);
        var watch = new SilenceWatch(time, TimeSpan.FromMinutes(30), () => notices++);
        using var stop = new CancellationTokenSource();
        var exceeded = watch.ExceededAsync(stop.Token);
        Pass(time, 59);
        Assert.Equal(0, notices);
        watch.Heard();
        Pass(time, 59);
        Assert.Equal(0, notices);
        Pass(time, 2);
        Assert.Equal(1, notices);
        Pass(time, 600);
        Assert.Equal(1, notices);
        watch.Heard();
        Pass(time, 1800);
        Assert.Equal(2, notices);
        await exceeded.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task ExceededAsync_Cancelled_Ends()
    {
        using var stop = new CancellationTokenSource();
        var exceeded = new SilenceWatch(new FakeTimeProvider(), TimeSpan.FromMinutes(30), () => { }).ExceededAsync(stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => exceeded);
    }

    [Fact]
    public async Task Run_SilentHost_IsEndedAndNamed()
    {
        using var bench = new LocalBench();
        var spec = bench.Spec(2);
        var result = await bench.RunAsync(
            spec with
            {
                Compute = spec.Compute with { SilenceLimit = TimeSpan.FromSeconds(2) },
            },
            "algo-1:hang:0"
        );
        Assert.Equal((JobState.Failed, ExitCode.Failed), (result.Status, result.Code));
        Assert.Contains("algo-1: printed nothing for 2s (compute.silence_limit) and was ended", result.Message);
        Assert.False(bench.LooksFinished);
    }

    // Second by second: a timer is set when the one before has rung.
    static void Pass(FakeTimeProvider time, int seconds)
    {
        for (var i = 0; i < seconds; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
        }
    }
}
