using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher.Local;

namespace ProcessingJob.Launcher.Tests.Local;

public class LocalJobTests
{
    [Fact]
    public async Task Run_OutputInsideInput_IsRefused()
    {
        using var bench = new LocalBench();
        var spec = bench.Spec() with { Output = new() { Data = bench.Path("data", "out") } };
        await RefusedAsync(bench, spec, "must not contain each other");
    }

    [Fact]
    public async Task Run_InputInsideOutput_IsRefused()
    {
        using var bench = new LocalBench();
        await RefusedAsync(bench, bench.Spec() with { Output = new() { Data = bench.Path("data") } }, "must not contain each other");
    }

    [Fact]
    public async Task Run_OutputIsAFile_IsRefused()
    {
        using var bench = new LocalBench();
        await RefusedAsync(
            bench,
            bench.Spec() with
            {
                Output = new() { Data = bench.Path("model", "config.json") },
            },
            "is a file, expected a folder"
        );
    }

    [Fact]
    public async Task Run_OutputInTheModelOrAmongPartsOfAnother_IsRefused()
    {
        using var bench = new LocalBench();
        await RefusedAsync(bench, bench.Spec() with { Output = new() { Data = bench.Path("model", "out") } }, "lies in the model's folder");

        Directory.CreateDirectory(bench.Path("other"));
        File.WriteAllText(bench.Path("other", "_manifest.json"), "{}");
        await RefusedAsync(
            bench,
            bench.Spec() with
            {
                Output = new() { Data = bench.Path("other", "data") },
            },
            "among the parts of another"
        );
    }

    [Fact]
    public async Task Run_NoModel_IsAModelError()
    {
        using var bench = new LocalBench();
        await RefusedAsync(bench, bench.Spec() with { Model = bench.Path("none") }, "there is no folder", ExitCode.Model);
    }

    [Fact]
    public async Task Run_S3PathsHere_SaysWhatToDo()
    {
        using var bench = new LocalBench();
        await RefusedAsync(bench, bench.Spec() with { Input = new() { Data = "s3://b/k" } }, "--sagemaker");
        await RefusedAsync(bench, bench.Spec() with { Output = new() { Data = "s3://b/k" } }, "--sagemaker");
        await RefusedAsync(bench, bench.Spec() with { Model = "hf://a/b" }, "pjob model fetch a/b");
    }

    [Fact]
    public async Task Run_WhileAnotherRuns_IsRefused()
    {
        using var bench = new LocalBench();
        using var cancel = new CancellationTokenSource();
        var first = bench.RunAsync(bench.Spec(), "*:hang:0", cancellationToken: cancel.Token);
        while (!bench.Events.OfType<Progress.HostStarted>().Any())
        {
            await Task.Delay(10);
        }

        await RefusedAsync(bench, bench.Spec(), "another run is writing", ExitCode.Failed);
        await cancel.CancelAsync();
        await first;
    }

    [Fact]
    public async Task Plan_WritesNothing()
    {
        using var bench = new LocalBench();
        var plan = await new LocalTarget().PlanAsync(bench.Spec(2));
        Assert.Equal((5, 5, 2), (plan.Units.Count, plan.UnitsLeft, plan.Hosts.Count));
        Assert.False(Directory.Exists(bench.Output));
    }

    static async Task RefusedAsync(LocalBench bench, JobSpec spec, string expected, ExitCode code = ExitCode.BadSpec)
    {
        var e = await Assert.ThrowsAsync<PJobException>(() => bench.RunAsync(spec));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.Equal(code, e.ExitCode);
    }
}
