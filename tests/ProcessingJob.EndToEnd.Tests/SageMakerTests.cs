using System.Text.Json.Nodes;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher.Progress;
using ProcessingJob.Launcher.SageMaker;
using ProcessingJob.Launcher.Tests.SageMaker;
using ProcessingJob.Testing;

namespace ProcessingJob.EndToEnd.Tests;

/// <summary>From S3 to S3 with the real worker, run by a service that knows nothing but the request.</summary>
[Collection(nameof(MotoFixture))]
public sealed class SageMakerTests(MotoFixture moto)
{
    const int Rows = 400;

    async Task<RemoteBench> StartAsync()
    {
        var bench = await RemoteBench.StartAsync(moto, files: 0, [Programs.Worker.FileName, .. Programs.Worker.Arguments]);
        for (var i = 0; i < 4; i++)
        {
            await bench.PutAsync($"in/part-{i}.jsonl", string.Concat(Texts.Rows(Rows / 4, seed: i + 1)));
        }

        return bench;
    }

    static JobSpec Spec(RemoteBench bench, int hosts, Sharding sharding = Sharding.Balanced, Transfer transfer = Transfer.Service)
    {
        var spec = bench.Spec(hosts);
        return spec with
        {
            Model = Models.Tiny,
            Input = spec.Input with { Format = InputFormat.Auto, Text = ["text"], Id = "id", Sharding = sharding, Transfer = transfer },
            Tokens = new() { MaxLength = 32 },
            Output = spec.Output with { Transfer = transfer },
        };
    }

    [Fact]
    public async Task Run_ServiceAndStream_ThreeHosts_WriteTheSameBytes()
    {
        await using var service = await StartAsync();
        await using var stream = await StartAsync();

        var one = await service.RunAsync(Spec(service, 3));
        var spec = Spec(stream, 3, transfer: Transfer.Stream);
        var two = await stream.RunAsync(spec with { Aws = spec.Aws with { KmsKey = "alias/features" } });

        Assert.True(one.Code == ExitCode.Done, one.Message);
        Assert.True(two.Code == ExitCode.Done, two.Message);
        Assert.Equal((Rows, Rows), ((int)one.Counts!.RowsIn, (int)two.Counts!.RowsIn));
        Assert.Equal(await service.SnapshotAsync(), await stream.SnapshotAsync());
        Assert.True(await stream.LooksFinishedAsync());
        foreach (var file in (await stream.S3.ListObjectsV2Async(new() { BucketName = stream.Bucket, Prefix = "out/" })).S3Objects)
        {
            var found = await stream.S3.GetObjectMetadataAsync(stream.Bucket, file.Key);
            Assert.True(found.ServerSideEncryptionKeyManagementServiceKeyId == "alias/features", file.Key);
        }
    }

    [Fact]
    public async Task CheckAndHead_OutputOnS3_ReadItThere()
    {
        await using var bench = await StartAsync();
        var output = $"s3://{bench.Bucket}/out/";
        Assert.Equal(ExitCode.Done, (await bench.RunAsync(Spec(bench, 1))).Code);

        var check = await PjobAsync("check", output);
        var head = await PjobAsync("head", output, "--json");

        Assert.True(check.ExitCode == 0, check.Error);
        Assert.Contains($"{Rows} rows; all checks passed", check.Out);
        Assert.Equal(32, JsonNode.Parse(head.Out)![0]!["embedding"]!.AsArray().Count);

        var part = (await bench.S3.ListObjectsV2Async(new() { BucketName = bench.Bucket, Prefix = "out/data/" })).S3Objects[0].Key;
        await bench.PutAsync(part, "damaged");
        var damaged = await PjobAsync("check", output);
        Assert.Equal(1, damaged.ExitCode);
        Assert.Contains($"{part["out/".Length..]}: has 7 bytes", damaged.Error);
    }

    [Fact]
    public async Task List_EndpointsInTheEnvironment_AreNotConfused()
    {
        await using var bench = await StartAsync();
        bench.Aws.Server.Jobs.Runner = null;
        var submitted = await bench.RunAsync(Spec(bench, 1), options: new RemoteOptions(Wait: false));

        // Everything but SageMaker points to where nobody listens, the runtime's endpoint too.
        var list = await PjobAsync(
            ["list", "--json"],
            ("AWS_ENDPOINT_URL_SAGEMAKER", bench.Aws.Server.Url),
            ("AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME", "http://127.0.0.1:1"),
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
        );

        Assert.True(list.ExitCode == 0, list.Error);
        Assert.Equal(submitted.Job, (string?)Assert.Single(JsonNode.Parse(list.Out)!.AsArray())!["job"]);
    }

    Task<Ended> PjobAsync(params string[] arguments) => PjobAsync(arguments, ("AWS_ENDPOINT_URL_S3", moto.Url));

    static async Task<Ended> PjobAsync(string[] arguments, params (string, string)[] environment)
    {
        // An empty AWS_REGION is what CI leaves where a variable is not set.
        (string, string)[] account =
        [
            ("AWS_REGION", ""),
            ("AWS_DEFAULT_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "AKIATEST"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
        ];
        using var pjob = (Programs.Pjob with { Arguments = [.. Programs.Pjob.Arguments, .. arguments] }).Start([
            .. account,
            .. environment,
        ]);
        return await pjob.EndAsync();
    }

    [Fact]
    public async Task Run_ByKey_ThreeHosts_CompletesWithEveryRow()
    {
        await using var bench = await StartAsync();

        var result = await bench.RunAsync(Spec(bench, 3, Sharding.ByKey));

        Assert.True(result.Code == ExitCode.Done, result.Message);
        Assert.Equal(Rows, result.Counts!.RowsIn);
    }

    [Fact]
    public async Task Run_WorkerRefusesTheJob_SaysWhyInTheFailure()
    {
        await using var bench = await StartAsync();
        using var folder = new TempFolder();
        // Of two dimensions, where the model has 32: only who loads the model holds them against it.
        var ranges = folder.Write("ranges.json", """{"min":[0,0],"max":[1,1]}""");
        var spec = Spec(bench, 2) with
        {
            Embed = new() { Precision = EmbeddingPrecision.Int8, Ranges = ranges },
        };

        var result = await bench.RunAsync(spec);

        Assert.Equal((JobState.Failed, ExitCode.Remote), (result.Status, result.Code));
        Assert.Contains("hosts said: host=algo-", result.Message);
    }
}
