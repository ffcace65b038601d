using System.Diagnostics;
using ProcessingJob.Testing;

namespace ProcessingJob.EndToEnd.Tests;

public class ResumeTests
{
    const int Rows = 12_000;

    [Theory, InlineData(null), InlineData(6)]
    public async Task Run_WorkerKilled_ResumesToTheSameBytes(int? lanes)
    {
        using var bench = new JobBench(Rows);
        await bench.CompleteAsync("whole", 1);
        var run = bench.RunAsync("out", 2, lanes);
        while (bench.CommitsUnderWay("out") < 1 && !run.IsCompleted)
        {
            await Task.Delay(10);
        }

        using (var worker = Process.GetProcessById(Programs.WorkersUnder(bench.Path("out", ".pjob", "hosts", "algo-1")).First()))
        {
            worker.Kill();
        }

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
            {
                await Task.Delay(10);
            }

            var workers = Programs.WorkersUnder(bench.Path("out", ".pjob", "hosts", "algo-1")).Select(Process.GetProcessById).ToList();
            Assert.NotEmpty(workers);
            pjob.Kill();
            await pjob.WaitForExitAsync();
            foreach (var worker in workers)
            {
                // Its launcher has gone, and nobody ends it: it ends by itself.
                using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
                await worker.WaitForExitAsync(limit.Token);
                worker.Dispose();
            }
        }
        var resumed = await bench.CompleteAsync("out", 1);
        Assert.True((int)resumed["units_committed_before"]! >= 1);
        Assert.Equal(bench.Snapshot("whole"), bench.Snapshot("out"));
    }

    [Fact]
    public async Task Pjob_GoesOnOnAnotherDevice_KeepsTheModelFileOfTheFirstRun()
    {
        using var bench = new JobBench(rows: 20);
        using var folder = new TempFolder();
        var model = folder.Copy(Repo.File("tests", "ProcessingJob.Inference.Tests", "goldens", "pool-mean"), "model");
        foreach (var (file, precision) in new[] { ("model.onnx", "float32"), ("model_fp16.onnx", "float16") })
        {
            Directory.CreateDirectory(Path.Combine(model, "onnx"));
            var path = Path.Combine(model, "onnx", file);
            var export = await Programs.PjobAsync("model", "export", model, "-o", path, "--precision", precision);
            Assert.True(export.ExitCode == 0, export.Error);
        }

        File.Delete(Path.Combine(model, "model.safetensors"));
        string[] run = ["run", bench.Spec, "--output", bench.Path("out"), "--model", model];
        var first = await Programs.PjobAsync(run);
        Assert.True(first.ExitCode == 0, first.Error);
        var report = bench.Path("out", "_reports", "algo-1.json");
        var text = await File.ReadAllTextAsync(report);
        Assert.Contains("\"onnx/model.onnx\"", text, StringComparison.Ordinal);

        // As a GPU would have chosen.
        await File.WriteAllTextAsync(report, text.Replace("\"onnx/model.onnx\"", "\"onnx/model_fp16.onnx\"", StringComparison.Ordinal));
        await File.WriteAllTextAsync(bench.Path("data", "new.jsonl"), "{\"id\":\"n1\",\"stars\":1,\"text\":\"one more\"}\n");
        // The committed unit's record says float32: what a GPU has computed would not be mixed with it unasked.
        var refused = await Programs.PjobAsync(run);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("compute.allow_mixed_devices: true", refused.Error);
        await File.WriteAllTextAsync(report, text.Replace("\"onnx/model.onnx\"", "\"onnx/model_fp16.onnx\"", StringComparison.Ordinal));
        var again = await Programs.PjobAsync([.. run, "--compute.allow_mixed_devices", "true"]);
        Assert.True(again.ExitCode == 0, again.Error);
        Assert.Contains("\"onnx/model_fp16.onnx\"", await File.ReadAllTextAsync(report), StringComparison.Ordinal);
    }
}
