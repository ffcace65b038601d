using Amazon.S3.Model;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Storage;
using ProcessingJob.Testing;

namespace ProcessingJob.Launcher.Tests.SageMaker;

/// <summary>What is sent, what is staged, and what is refused before either.</summary>
[Collection(nameof(MotoFixture))]
public sealed class SageMakerSubmissionTests(MotoFixture moto)
{
    [Fact]
    public async Task Plan_DryRun_GivesTheExactRequestAndWritesNothing()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        bench.WriteModel("model");
        var spec = bench.Spec(2) with { Model = bench.Local("model") };

        var (plan, request) = await bench.Target.PlanAsync(spec);

        Assert.Equal(5, plan.Units.Count);
        Assert.DoesNotContain(bench.Aws.Server.Calls, c => c.Operation == "CreateProcessingJob");
        Assert.Empty(
            (await bench.S3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = bench.Bucket, Prefix = "processingjob/" })).S3Objects
                ?? []
        );
        await bench.RunAsync(spec);
        var sent = Assert.Single(bench.Aws.Server.Calls, c => c.Operation == "CreateProcessingJob").Request;
        Assert.Equal(System.Text.Json.JsonSerializer.Serialize(request, Launcher.Aws.AwsJsonClient.Json), sent.GetRawText());
    }

    [Fact]
    public async Task Plan_DryRunAfterAFailedJob_GivesTheRequestOfWhatIsLeft()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        await bench.RunAsync(bench.Spec(), "*:crash:2");

        var (_, request) = await bench.Target.PlanAsync(bench.Spec(5));

        await bench.RunAsync(bench.Spec(5));
        var sent = bench.Aws.Server.Calls.Last(c => c.Operation == "CreateProcessingJob").Request;
        Assert.Equal(System.Text.Json.JsonSerializer.Serialize(request, Launcher.Aws.AwsJsonClient.Json), sent.GetRawText());
        Assert.Equal(3, request.ProcessingResources.ClusterConfig.InstanceCount);
    }

    [Fact]
    public async Task Run_BeyondALimit_IsRefusedBeforeAnythingIsStagedOrReopened()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        bench.WriteModel("model");
        await bench.PutAsync("out/_SUCCESS", "");
        var spec = bench.Spec() with { Model = bench.Local("model") };
        spec = spec with { Compute = spec.Compute with { InstanceType = ["ml.m5.xlarge", "ml.g4dn.xlarge"], VolumeGb = 126 } };

        var e = await Assert.ThrowsAsync<PJobException>(() => bench.RunAsync(spec));

        Assert.Equal(ExitCode.BadSpec, e.ExitCode);
        Assert.Contains("compute.volume_gb: found 126, but ml.g4dn.xlarge has 125 GB", e.Message);
        Assert.Empty(
            (await bench.S3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = bench.Bucket, Prefix = "processingjob/" })).S3Objects
                ?? []
        );
        Assert.Single(
            (await bench.S3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = bench.Bucket, Prefix = "out/" })).S3Objects
        );
    }

    [Fact]
    public async Task Run_Environment_GoesToTheContainerAndIntoNoFile()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        var spec = bench.Spec();

        var result = await bench.RunAsync(spec with { Aws = spec.Aws with { Environment = [new("API_KEY", "s3cr3t")] } });

        Assert.True(result.Code == ExitCode.Done, result.Message);
        Assert.Equal(
            "s3cr3t",
            Assert.Single(bench.Aws.Server.Jobs.All).Request.GetProperty("Environment").GetProperty("API_KEY").GetString()
        );
        var store = new S3Store(bench.S3, new S3Uri(bench.Bucket, ""));
        await foreach (var file in store.ListAsync(""))
        {
            Assert.DoesNotContain("s3cr3t", System.Text.Encoding.UTF8.GetString((await store.ReadAsync(file.Path))!));
        }
    }

    [Fact]
    public async Task Run_ModelOfLinks_IsStagedWithWhatTheyPointAt()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        var blob = bench.Write("blobs/0a1b", "{}");
        bench.WriteModel("model");
        File.Delete(bench.Local("model", "config.json"));
        File.CreateSymbolicLink(bench.Local("model", "config.json"), blob);

        var result = await bench.RunAsync(bench.Spec() with { Model = bench.Local("model") });

        Assert.True(result.Code == ExitCode.Done, result.Message);
        var staged = (
            await bench.S3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = bench.Bucket, Prefix = "processingjob/models/" })
        ).S3Objects;
        Assert.Contains(staged, o => o.Key.EndsWith("/config.json", StringComparison.Ordinal) && o.Size == 2);
    }

    [Theory]
    [InlineData("model", "s3://{0}/nothing/", "model: no objects in s3://")]
    [InlineData("input.data", "s3://{0}/nothing/", "input.data: no objects in s3://")]
    [InlineData("input.data", "s3://{0}/in/*.txt", "input.data: found wildcards")]
    [InlineData("input.data", "s3://{0}/", "output.data: s3://")]
    [InlineData("output.data", "/tmp/out", "output.data: found \"/tmp/out\", expected s3://")]
    [InlineData("aws.image", "worker:1", "aws.image: found \"worker:1\"")]
    [InlineData("aws.image", "123456789012.dkr.ecr.us-east-1.amazonaws.com/{0}:2", "publish-image.sh")]
    [InlineData("aws.image", "123456789012.dkr.ecr.us-east-1.amazonaws.com/none:1", "there is no repository none")]
    [InlineData("aws.image", "123456789012.dkr.ecr.eu-west-1.amazonaws.com/{0}:1", "is in eu-west-1, but the job runs in us-east-1")]
    [InlineData("aws.role", "", "aws.role: not set")]
    [InlineData("compute.instance_count", "6", "compute.instance_count: 6 hosts, but there are only 5 units")]
    [InlineData("compute.volume_gb", "1", "compute.volume_gb: 1 GB, but every host copies")]
    public async Task Run_WhatCannotWork_IsRefusedBeforeAnythingStarts(string key, string value, string message)
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        var spec = SpecReader.Apply(bench.Spec(), key, string.Format(value, bench.Bucket));

        var e = await Assert.ThrowsAsync<PJobException>(() => bench.RunAsync(spec));

        Assert.Contains(message, e.Message);
        Assert.Equal(ExitCode.BadSpec, e.ExitCode);
        Assert.Empty(bench.Aws.Server.Jobs.All);
    }

    [Fact]
    public async Task Run_ModelOnS3ThatAWorkerWouldRefuse_IsRefusedBeforeAnythingStarts()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        var golden = Repo.File("tests", "ProcessingJob.Inference.Tests", "goldens", "pool-mean");
        await bench.ReplaceModelAsync(golden);
        await bench.Target.PlanAsync(bench.Spec());

        var length = await Assert.ThrowsAsync<PJobException>(() =>
            bench.RunAsync(bench.Spec() with { Embed = new() { Dimensions = 9_999 } })
        );
        Assert.Equal(ExitCode.BadSpec, length.ExitCode);

        await bench.S3.DeleteObjectAsync(bench.Bucket, "model/model.safetensors");
        var e = await Assert.ThrowsAsync<PJobException>(() => bench.RunAsync(bench.Spec()));
        Assert.Equal(ExitCode.Model, e.ExitCode);
        Assert.Contains($"s3://{bench.Bucket}/model/: has no model.safetensors", e.Message);
        Assert.Empty(bench.Aws.Server.Jobs.All);
    }
}
