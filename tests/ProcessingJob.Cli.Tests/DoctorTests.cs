using System.Text.Json.Nodes;
using ProcessingJob.Launcher.Aws;
using ProcessingJob.Launcher.Tests.SageMaker;

namespace ProcessingJob.Cli.Tests;

[Collection(nameof(MotoFixture))]
public sealed class DoctorTests(MotoFixture moto)
{
    const string Trust =
        """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"sagemaker.amazonaws.com"},"Action":"sts:AssumeRole"}]}""";

    [Fact]
    public async Task Doctor_AccountInOrder_EndsWellALinePerCheck()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        using var iam = bench.Connection.QueryClient(AwsService.Iam);
        await iam.CallAsync("CreateRole", [("RoleName", bench.Bucket), ("AssumeRolePolicyDocument", Trust)], default);
        bench.Aws.Server.Quotas["ml.m5.xlarge for processing job usage"] = 4;
        var spec = bench.SpecFile(bench.Spec(2));

        var run = await bench.PjobAsync("doctor", spec, "--aws.role", bench.Bucket);

        Assert.True(run.ExitCode == 0, run.Out);
        foreach (var subject in new[] { "credentials", "role", "image", "bucket", "quota", "network" })
        {
            Assert.Contains($"ok       {subject, -11}  ", run.Out, StringComparison.Ordinal);
        }

        Assert.EndsWith("all checks passed" + Environment.NewLine, run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_QuotaTooSmall_EndsWithFiveAndTheCommandThatMends()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        bench.Aws.Server.Quotas["ml.m5.xlarge for processing job usage"] = 1;
        var spec = bench.SpecFile(bench.Spec(2));

        var run = await bench.PjobAsync("doctor", spec);
        Assert.Equal(5, run.ExitCode);
        Assert.Contains(
            "failed   quota        ml.m5.xlarge for processing job usage: 1, the job needs 2",
            run.Out,
            StringComparison.Ordinal
        );
        Assert.Contains("fix: aws service-quotas request-service-quota-increase", run.Out, StringComparison.Ordinal);

        var json = JsonNode.Parse((await bench.PjobAsync("doctor", spec, "--json")).Out)!;
        Assert.Contains(json["findings"]!.AsArray(), f => (string?)f!["subject"] == "quota" && (string?)f["health"] == "bad");
    }

    [Fact]
    public async Task Doctor_ProbeAfterAFailedCheck_StartsNoJob()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        bench.Aws.Server.Quotas["ml.m5.xlarge for processing job usage"] = 0;

        var run = await bench.PjobAsync("doctor", bench.SpecFile(bench.Spec(1)), "--probe");

        Assert.Equal(5, run.ExitCode);
        Assert.Contains("unknown  host         the probe was not started, because a check failed", run.Out, StringComparison.Ordinal);
        Assert.Empty(bench.Aws.Server.Jobs.All);
    }

    [Fact]
    public async Task Doctor_Probe_PrintsTheHostsFacts()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        using var iam = bench.Connection.QueryClient(AwsService.Iam);
        await iam.CallAsync("CreateRole", [("RoleName", bench.Bucket), ("AssumeRolePolicyDocument", Trust)], default);
        bench.Aws.Server.Quotas["ml.m5.xlarge for processing job usage"] = 4;
        const string facts = """{"instance_type":"ml.m5.xlarge","worker":"1.0.0","cores":4,"memory_bytes":16106127360,"disk_bytes":30}""";
        bench.Aws.Server.Jobs.Runner = (_, _) => Task.FromResult(new FakeAws.JobEnd("Completed", null, $"host=algo-1 {facts}\n"));

        var run = await bench.PjobAsync("doctor", bench.SpecFile(bench.Spec(1)), "--aws.role", bench.Bucket, "--probe", "--json");

        Assert.True(run.ExitCode == 0, run.Out);
        var host = Assert.Single(JsonNode.Parse(run.Out)!["hosts"]!.AsArray())!;
        Assert.Equal(("ml.m5.xlarge", 4, 16106127360), ((string?)host["instance_type"], (int)host["cores"]!, (long)host["memory_bytes"]!));
    }
}
