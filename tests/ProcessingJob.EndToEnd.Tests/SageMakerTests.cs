using ProcessingJob.Contract;
using ProcessingJob.Launcher.Tests.SageMaker;

namespace ProcessingJob.EndToEnd.Tests;

/// <summary>From S3 to S3 with the real worker, run by a service that knows nothing but the request.</summary>
[Collection(nameof(MotoFixture))]
public sealed class SageMakerTests(MotoFixture moto)
{
    private const int Rows = 400;

    private async Task<RemoteBench> StartAsync()
    {
        var bench = await RemoteBench.StartAsync(moto, files: 0, [Programs.Worker.FileName, .. Programs.Worker.Arguments]);
        for (var i = 0; i < 4; i++)
            await bench.PutAsync($"in/part-{i}.jsonl", string.Concat(Texts.Rows(Rows / 4, seed: i + 1)));
        return bench;
    }

    private static JobSpec Spec(RemoteBench bench, int hosts, Sharding sharding = Sharding.Balanced, Transfer transfer = Transfer.Service)
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
        var two = await stream.RunAsync(Spec(stream, 3, transfer: Transfer.Stream));

        Assert.True(one.Code == ExitCode.Done, one.Message);
        Assert.True(two.Code == ExitCode.Done, two.Message);
        Assert.Equal((Rows, Rows), ((int)one.Counts!.RowsIn, (int)two.Counts!.RowsIn));
        Assert.Equal(await service.SnapshotAsync(), await stream.SnapshotAsync());
        Assert.True(await stream.LooksFinishedAsync());
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
    public async Task Run_WorkerRefusesTheModel_SaysWhyInTheFailure()
    {
        await using var bench = await StartAsync();
        var spec = Spec(bench, 2) with { Model = $"s3://{bench.Bucket}/model/" };

        var result = await bench.RunAsync(spec);

        Assert.Equal(("Failed", ExitCode.Remote), (result.Status, result.Code));
        Assert.Contains("hosts said: host=algo-", result.Message);
    }
}
