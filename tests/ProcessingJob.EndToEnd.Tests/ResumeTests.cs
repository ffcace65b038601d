using System.Diagnostics;
using ProcessingJob.Contract;

namespace ProcessingJob.EndToEnd.Tests;

public class ResumeTests
{
    private const int Rows = 12_000;

    [Fact]
    public async Task Run_WorkerKilled_ResumesToTheSameBytes()
    {
        using var bench = new JobBench(Rows);
        await bench.RunAsync("whole", 1);
        var run = bench.RunAsync("out", 2);
        while (bench.CommitsUnderWay("out") < 2 && !run.IsCompleted)
            await Task.Delay(10);
        var id = int.Parse((await File.ReadAllTextAsync(bench.Path("out", ".pjob", "hosts", "algo-1", "worker.pid"))).Split(' ')[0]);
        using (var worker = Process.GetProcessById(id))
            worker.Kill();
        var killed = await run;
        Assert.Equal(ExitCode.Failed, killed.Code);
        Assert.Contains("algo-1: killed (signal 9)", killed.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(bench.Path("out", "_SUCCESS")));

        var resumed = await bench.RunAsync("out", 3);
        Assert.True(resumed.Code == ExitCode.Done, resumed.Message);
        Assert.True(resumed.UnitsCommittedBefore >= 2);
        Assert.Equal(bench.Snapshot("whole"), bench.Snapshot("out"));
    }

    [Fact]
    public async Task Run_LauncherKilled_TheNextRunTakesInWhatItsWorkersCommitted()
    {
        using var bench = new JobBench(Rows);
        await bench.RunAsync("whole", 1);
        using (var pjob = bench.StartPjob("out", 1))
        {
            while (bench.CommitsUnderWay("out") < 2 && !pjob.HasExited)
                await Task.Delay(10);
            pjob.Kill();
            await pjob.WaitForExitAsync();
        }
        var resumed = await bench.RunAsync("out", 1);
        Assert.True(resumed.Code == ExitCode.Done, resumed.Message);
        Assert.True(resumed.UnitsCommittedBefore >= 2);
        Assert.Equal(bench.Snapshot("whole"), bench.Snapshot("out"));
    }
}
