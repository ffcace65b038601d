using System.Text.Json.Nodes;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Container;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Finalizing;
using ProcessingJob.Launcher.Cost;
using ProcessingJob.Launcher.Progress;
using ProcessingJob.Launcher.SageMaker;

namespace ProcessingJob.Launcher.Tests.SageMaker;

/// <summary>No job is started whose GPUs would be paid for and not used.</summary>
[Collection(nameof(MotoFixture))]
public sealed class GpuJobTests(MotoFixture moto)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_CpuImageOnATypeWithGpus_IsRefusedAndStartsNothing(bool isIndex)
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        await using var registry = await FakeRegistry.StartAsync("cpu", isIndex);

        var e = await Assert.ThrowsAsync<PJobException>(() => RunAsync(bench, registry, "ml.m5.xlarge", "ml.g5.xlarge"));

        Assert.Equal(ExitCode.Model, e.ExitCode);
        Assert.Contains("is the worker's CPU image", e.Message);
        Assert.Contains("ml.g5.xlarge has GPUs", e.Message);
        Assert.Contains("publish-image.sh cuda", e.Message);
        Assert.Empty(bench.Aws.Server.Jobs.All);
    }

    [Theory]
    [InlineData("cuda", null, null)]
    [InlineData(null, null, "it has no label io.processingjob.accelerator")]
    [InlineData("cpu", "GetDownloadUrlForLayer", "AccessDeniedException: not allowed: GetDownloadUrlForLayer")]
    public async Task Run_CudaImageOrLabelThatCannotBeRead_Starts(string? label, string? denied, string? warning)
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        await using var registry = await FakeRegistry.StartAsync(label, denied: denied);

        var result = await RunAsync(bench, registry, "ml.g5.xlarge");

        Assert.Single(bench.Aws.Server.Jobs.All);
        var warnings = result.Warnings.Where(w => w.Code == "image_accelerator_unknown").ToList();
        Assert.Equal(warning is null ? 0 : 1, warnings.Count);
        Assert.All(warnings, w => Assert.StartsWith("aws.image: whether it is built for GPUs is not known", w.Message));
        Assert.All(warnings, w => Assert.Contains(warning!, w.Message));
    }

    [Fact]
    public async Task Run_Warnings_AreInThePlanThatIsReported()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        await using var registry = await FakeRegistry.StartAsync(null);

        var result = await RunAsync(bench, registry, "ml.g5.xlarge");

        Assert.NotEmpty(result.Warnings);
        Assert.Equal(result.Warnings, Assert.Single(bench.Events.OfType<JobPlanned>()).Plan.Warnings);
    }

    [Fact]
    public async Task Run_ImageByDigestThatMayNotBeLookedUp_Starts()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        await using var registry = await FakeRegistry.StartAsync("cpu", denied: "BatchGetImage");
        var spec = bench.Spec();
        spec = spec with { Aws = spec.Aws with { Image = $"{spec.Aws.Image![..^2]}@{FakeRegistry.Image}" } };

        var result = await RunAsync(bench, registry, spec, "ml.g5.xlarge");

        Assert.Contains(result.Warnings, w => w.Message.Contains("not allowed: BatchGetImage", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_CpuImageOnATypeWithoutGpus_Starts()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        await using var registry = await FakeRegistry.StartAsync("cpu");

        await RunAsync(bench, registry, "ml.m5.xlarge");

        Assert.Single(bench.Aws.Server.Jobs.All);
    }

    [Theory]
    [InlineData("0", "publish the image again: scripts/publish-image.sh")]
    [InlineData("2", "use that version of pjob")]
    public async Task Run_ImageOfAnotherFormat_IsRefusedAndStartsNothing(string format, string fix)
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        await using var registry = await FakeRegistry.StartAsync("cpu");
        registry.Format = format;

        var e = await Assert.ThrowsAsync<PJobException>(() => RunAsync(bench, registry, "ml.m5.xlarge"));

        Assert.Equal(ExitCode.BadSpec, e.ExitCode);
        Assert.Contains($"is of pjob 9.8.7 (format {format}), this is pjob {ProductVersion.Text} (format {FormatStamp.Newest})", e.Message);
        Assert.Contains(fix, e.Message);
        Assert.Empty(bench.Aws.Server.Jobs.All);
    }

    [Fact]
    public async Task Run_ImageOfAnotherVersionAndTheSameFormat_Starts()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        await using var registry = await FakeRegistry.StartAsync("cpu");
        registry.Format = $"{FormatStamp.Newest}";

        await RunAsync(bench, registry, "ml.m5.xlarge");

        Assert.Single(bench.Aws.Server.Jobs.All);
    }

    [Theory]
    [InlineData("ml.g5.xlarge", DeviceKind.Cuda)]
    [InlineData("ml.g9z.xlarge", DeviceKind.Cuda)]
    [InlineData("ml.m5.xlarge", DeviceKind.Auto)]
    public async Task ConfigFiles_InstanceType_DecidesTheDevice(string type, DeviceKind expected)
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        var spec = bench.Spec();

        var job = await RemoteJob.PrepareAsync(spec, bench.Connection, bench.S3, default);
        var plan = job.Plan("n", 1, new HashSet<string>());
        var (_, content) = job.ConfigFiles(plan, [type]).First(f => f.Name == "job.json");

        Assert.Equal(Names.Of(expected), (string?)JsonNode.Parse(content)!["compute"]?["device"] ?? "auto");
        Assert.Equal(SpecWriter.Fingerprint(spec), SpecWriter.Fingerprint(spec with { Compute = spec.Compute with { Device = expected } }));
    }

    [Fact]
    public async Task Run_TypeWithGpus_TellsTheWorkerToUseThem()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        await using var registry = await FakeRegistry.StartAsync("cuda");

        await RunAsync(bench, registry, "ml.g5.xlarge");

        var name = Assert.Single(bench.Aws.Server.Jobs.All).Request.GetProperty("ProcessingJobName").GetString();
        var job = await bench.ConfigAsync(name!, "job.json");
        Assert.Equal("cuda", (string?)JsonNode.Parse(job!)!["compute"]!["device"]);
    }

    [Theory]
    [InlineData("task", "tokenize", "runs no model", ExitCode.BadSpec)]
    [InlineData("compute.device", "cpu", "compute.device is cpu", ExitCode.BadSpec)]
    [InlineData("compute.instance_type", "ml.p3.2xlarge", "V100 of compute capability 7.0", ExitCode.Model)]
    public async Task Run_GpusThatWouldIdle_IsRefused(string key, string value, string message, ExitCode code)
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        await using var registry = await FakeRegistry.StartAsync("cuda");
        var spec = bench.Spec();
        spec = spec with { Compute = spec.Compute with { InstanceType = ["ml.g5.xlarge"] } };

        var e = await Assert.ThrowsAsync<PJobException>(() => RunAsync(bench, registry, SpecReader.Apply(spec, key, value)));

        Assert.Equal(code, e.ExitCode);
        Assert.Contains(message, e.Message);
        Assert.Empty(bench.Aws.Server.Jobs.All);
    }

    [Theory]
    [InlineData("ml.g5.xlarge", "CPUExecutionProvider", true)]
    [InlineData("ml.m5.xlarge", "CUDAExecutionProvider", true)]
    [InlineData("ml.g5.xlarge", "CUDAExecutionProvider", false)]
    [InlineData("ml.m5.xlarge", "CPUExecutionProvider", false)]
    [InlineData("ml.m5.xlarge", null, false)]
    public async Task CheckSameDevice_CommittedUnits_AreOfTheTypesKind(string type, string? provider, bool refused)
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        var spec = bench.Spec();
        spec = spec with { Compute = spec.Compute with { InstanceType = [type] } };
        var earlier = new EarlierChoices(null, null, provider is null ? null : new ComputeRecord(provider, "float32", true));
        var job = await RemoteJob.PrepareAsync(spec, bench.Connection, bench.S3, default);
        job = job with { Earlier = earlier };

        var e = Record.Exception(() => Preflight.CheckSameDevice(job));

        if (refused)
        {
            Assert.Equal(ExitCode.BadSpec, Assert.IsType<PJobException>(e).ExitCode);
            Assert.Contains("compute.allow_mixed_devices: true", e!.Message);
        }
        else
        {
            Assert.Null(e);
        }
    }

    [Fact]
    public void HasGpu_NameOfAType_AgreesWithTheTable() =>
        Assert.All(InstanceTypes.Default.All, t => Assert.Equal(t.Gpus > 0, GpuTypes.HasGpu(t.Type)));

    static Task<JobResult> RunAsync(RemoteBench bench, FakeRegistry registry, params string[] types) =>
        RunAsync(bench, registry, bench.Spec(), types);

    static Task<JobResult> RunAsync(RemoteBench bench, FakeRegistry registry, JobSpec spec, params string[] types)
    {
        var connection = bench.Connection with
        {
            Endpoints = new Dictionary<string, string>(bench.Connection.Endpoints) { ["ECR"] = registry.Url },
        };
        return new SageMakerTarget(connection, bench.Aws.Time).RunAsync(
            types.Length == 0 ? spec : spec with { Compute = spec.Compute with { InstanceType = [.. types] } },
            new RemoteOptions(),
            bench
        );
    }
}
