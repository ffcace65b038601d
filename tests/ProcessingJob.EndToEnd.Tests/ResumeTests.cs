using System.Diagnostics;

namespace ProcessingJob.EndToEnd.Tests;

public class ResumeTests
{
    const int Rows = 12_000;

    [Fact]
    public async Task Run_WorkerKilled_ResumesToTheSameBytes()
    {
        using var bench = new JobBench(Rows);
        await bench.CompleteAsync("whole", 1);
        var run = bench.RunAsync("out", 2);
        while (bench.CommitsUnderWay("out") < 1 && !run.IsCompleted)
            await Task.Delay(10);
        var id = int.Parse((await File.ReadAllTextAsync(bench.Path("out", ".pjob", "hosts", "algo-1", "worker.pid"))).Split(' ')[0]);
        using (var worker = Process.GetProcessById(id))
            worker.Kill();
        var killed = await run;
        Assert.Equal(1, (int)killed["exit_code"]!);
        Assert.Contains("algo-1: killed (signal 9)", (string?)killed["message"], StringComparison.Ordinal);
        Assert.False(File.Exists(bench.Path("out", "_SUCCESS")));

        var resumed = await bench.CompleteAsync("out", 3);
        Assert.True((int)resumed["units_committed_before"]! >= 1);
        Assert.Equal(bench.Snapshot("whole"), bench.Snapshot("out"));
    }

    [Fact]
    public async Task Run_LauncherKilled_TheNextRunTakesInWhatItsWorkersCommitted()
    {
        using var bench = new JobBench(Rows);
        await bench.CompleteAsync("whole", 1);
        using (var pjob = bench.StartPjob("out", 1))
        {
            while (bench.CommitsUnderWay("out") < 1 && !pjob.HasExited)
                await Task.Delay(10);
            pjob.Kill();
            await pjob.WaitForExitAsync();
        }
        var resumed = await bench.CompleteAsync("out", 1);
        Assert.True((int)resumed["units_committed_before"]! >= 1);
        Assert.Equal(bench.Snapshot("whole"), bench.Snapshot("out"));
    }
}
