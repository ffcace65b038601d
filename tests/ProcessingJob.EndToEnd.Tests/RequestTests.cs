using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Finalizing;
using ProcessingJob.Launcher.Progress;
using ProcessingJob.Launcher.SageMaker;
using ProcessingJob.Launcher.Tests.SageMaker;
using ProcessingJob.Storage;

namespace ProcessingJob.EndToEnd.Tests;

/// <summary>Jobs that somebody else starts with the request that we write, and ends with the image's own finish.</summary>
[Collection(nameof(MotoFixture))]
public sealed class RequestTests(MotoFixture moto)
{
    const int Rows = 40;

    [Fact]
    public async Task Request_SentAndFinishedByOthers_GivesTheBytesOfARun()
    {
        await using var bench = await StartAsync();
        await using var run = await StartAsync();
        var spec = Spec(bench);
        var request = await bench.Target.WriteRequestAsync(
            spec with
            {
                Aws = spec.Aws with { KmsKey = "alias/features" },
            },
            recurring: false,
            bench
        );
        Assert.Empty(bench.Aws.Server.Jobs.All);

        await SendAsync(bench, request);
        Assert.False(await bench.LooksFinishedAsync());
        await SendAsync(bench, FinishRequest.Of(request, $"s3://{bench.Bucket}/out"));

        Assert.Equal(JobState.Completed, (await run.RunAsync(Spec(run))).Status);
        Assert.True(await bench.LooksFinishedAsync());
        Assert.Equal(await run.SnapshotAsync(), await bench.SnapshotAsync());
        foreach (var file in new[] { "_manifest.json", "_SUCCESS" })
        {
            var written = await bench.S3.GetObjectMetadataAsync(bench.Bucket, $"out/{file}", TestContext.Current.CancellationToken);
            Assert.Equal("alias/features", written.ServerSideEncryptionKeyManagementServiceKeyId);
        }
    }

    [Fact]
    public async Task Recurring_FileAddedBetweenTwoExecutions_ItsRowsAreThere()
    {
        await using var bench = await StartAsync();
        var spec = Spec(bench) with { Input = Spec(bench).Input with { Sharding = Sharding.ByKey } };
        var request = await bench.Target.WriteRequestAsync(spec, recurring: true, bench);
        var store = new S3Store(bench.S3, new S3Uri(bench.Bucket, "out/"));

        await SendAsync(bench, request with { ProcessingJobName = "monday" });
        Assert.Equal(4 * Rows, (await new OutputFinisher(store, TimeProvider.System).FinishAsync()).Manifest.RowsOut);

        await bench.PutAsync("in/part-9.jsonl", string.Concat(Texts.Rows(Rows, seed: 9)));
        var files = await S3Input.ListAsync(
            bench.S3,
            new S3Options(),
            spec.Input.Data,
            "input.data",
            InputFormat.Auto,
            cancellationToken: TestContext.Current.CancellationToken
        );
        var e = await Assert.ThrowsAsync<Contract.PJobException>(() =>
            new OutputFinisher(store, TimeProvider.System).FinishAsync([.. files.Files.Select(f => f.Source)])
        );
        Assert.Contains("no unit of part-9.jsonl is committed", e.Message, StringComparison.Ordinal);

        await SendAsync(bench, request with { ProcessingJobName = "tuesday" });
        Assert.Equal(5 * Rows, (await new OutputFinisher(store, TimeProvider.System).FinishAsync()).Manifest.RowsOut);
    }

    [Fact]
    public async Task Recurring_PlannedSharding_IsRefused()
    {
        await using var bench = await StartAsync();
        var e = await Assert.ThrowsAsync<Contract.PJobException>(() => bench.Target.WriteRequestAsync(Spec(bench), recurring: true, bench));
        Assert.Contains("input.sharding: by_key", e.Message, StringComparison.Ordinal);
    }

    static async Task SendAsync(RemoteBench bench, CreateJobRequest request)
    {
        await bench.Target.Jobs.CreateAsync(request, TestContext.Current.CancellationToken);
        var (end, lines) = await bench.Target.WatchAsync(request.ProcessingJobName, bench, TestContext.Current.CancellationToken);
        Assert.True(end.ProcessingJobStatus == JobStatus.Completed, string.Join('\n', lines.Select(l => l.Message)));
    }

    async Task<RemoteBench> StartAsync()
    {
        var bench = await RemoteBench.StartAsync(moto, files: 0, [Programs.Worker.FileName, .. Programs.Worker.Arguments]);
        for (var i = 0; i < 4; i++)
        {
            await bench.PutAsync($"in/part-{i}.jsonl", string.Concat(Texts.Rows(Rows, seed: i + 1)));
        }

        return bench;
    }

    static JobSpec Spec(RemoteBench bench)
    {
        var spec = bench.Spec(2);
        return spec with
        {
            Model = Models.Tiny,
            Input = spec.Input with { Format = InputFormat.Auto, Text = ["text"], Id = "id" },
            Tokens = new() { MaxLength = 32 },
        };
    }
}
