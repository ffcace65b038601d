using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.EndToEnd.Tests;

/// <summary>The worker's CPU build where a GPU is asked for or paid for: it ends at once, and never with zero.</summary>
public sealed class WorkerGpuTests
{
    [Theory]
    [InlineData("ml.m5.xlarge", "cuda", ExitCode.Model, "compute.device is cuda, but this is the worker's CPU build")]
    [InlineData(
        "ml.g5.xlarge",
        "auto",
        ExitCode.Model,
        "ml.g5.xlarge has GPUs: compute.device is cuda, but this is the worker's CPU build"
    )]
    [InlineData("ml.g5.xlarge", "cpu", ExitCode.BadSpec, "ml.g5.xlarge has GPUs, but compute.device is cpu")]
    public async Task Worker_CpuBuildWhereGpusAreMeant_EndsBeforeItComputes(string type, string device, ExitCode code, string expected)
    {
        using var bench = new ContainerBench();
        bench.WriteSpec($$"""{ "task": "embed", "input": { "text": "text" }, "compute": { "device": "{{device}}" } }""");
        bench.WriteData("a.csv", "text\nfine\n");
        File.WriteAllText(
            bench.Paths.ResourceConfigFile,
            $$"""{"current_host":"algo-1","hosts":["algo-1"],"current_instance_type":"{{type}}"}"""
        );

        var ended = await bench.RunAsync();

        Assert.Equal((int)code, ended.ExitCode);
        Assert.Contains(expected, bench.Message, StringComparison.Ordinal);
        Assert.Empty(bench.Commits);
        var path = Path.Combine(bench.Paths.Output, "_reports", "algo-1.json");
        var report = ContractJson.Read<HostReport>(await File.ReadAllBytesAsync(path), path);
        Assert.Equal(("failed", type), (report.Status, report.InstanceType));
    }

    [Theory]
    [InlineData("CUDAExecutionProvider", "float16", ExitCode.BadSpec)]
    [InlineData("CPUExecutionProvider", "float32", ExitCode.Done)]
    public async Task Worker_CommittedUnitsComputedOtherwise_AreNotMixed(string provider, string precision, ExitCode expected)
    {
        using var bench = new ContainerBench();
        bench.WriteData("a.csv", "id,text\n1,fine\n");
        var units = UnitsOf(bench);
        var plan = new WorkPlan
        {
            HostCount = 1,
            Hosts = [new(units, 0)],
            Computed = new ComputeRecord(provider, precision, false),
        };
        foreach (var (name, content) in PlanFiles.Write(plan))
        {
            File.WriteAllBytes(Path.Combine(bench.Paths.Config, name), content);
        }

        var ended = await bench.RunAsync();

        Assert.True(ended.ExitCode == (int)expected, ended.Out);
        if (expected == ExitCode.Done)
        {
            Assert.Equal(new ComputeRecord(provider, precision, false), Assert.Single(bench.Commits).Computed);
            return;
        }

        Assert.Contains(
            "were computed with CUDAExecutionProvider, float16, attention not fused, but this run would use CPU",
            bench.Message
        );
        Assert.Contains("compute.allow_mixed_devices: true", bench.Message);
        Assert.Empty(bench.Commits);
    }

    static List<WorkUnit> UnitsOf(ContainerBench bench)
    {
        var size = new FileInfo(Path.Combine(bench.Paths.Data, "a.csv")).Length;
        return [WorkUnit.Create("a.csv", InputFormat.Csv, 0, size, size, "v", "", "")];
    }
}
