using Amazon.Runtime;
using Amazon.S3;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Container;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Storage;
using ProcessingJob.Testing;

namespace ProcessingJob.Worker.Tests;

public sealed class ShardTests : IDisposable
{
    readonly ContainerPaths _paths = new(Directory.CreateTempSubdirectory("worker-shard").FullName);
    readonly JobSpec _spec = new() { Input = new InputSpec { Text = ["t"] } };

    public void Dispose() => Directory.Delete(_paths.Root, recursive: true);

    [Fact]
    public async Task Create_NoDataFolder_IsEmpty() => Assert.Empty((await CreateAsync(null, ResourceConfig.SingleHost)).Units);

    [Fact]
    public async Task Create_FilesThatDescribeTheData_AreNoUnits()
    {
        foreach (var name in new[] { "a.csv", "README.md", "dataset_info.json", "state.json", "a.csv.crc", "_SUCCESS" })
        {
            Directory.CreateDirectory(_paths.Data);
            await File.WriteAllTextAsync(Path.Combine(_paths.Data, name), "t\n1\n", TestContext.Current.CancellationToken);
        }

        Assert.Equal("a.csv", Assert.Single((await CreateAsync(null, ResourceConfig.SingleHost)).Units).Source);
    }

    [Fact]
    public async Task Create_S3PrefixWithoutObjects_IsRefused()
    {
        using var moto = MotoServer.TryStart(out var server, out var reason) ? server : null;
        Assert.SkipWhen(moto is null, reason ?? "");
        using var s3 = new AmazonS3Client(
            new BasicAWSCredentials("t", "t"),
            new AmazonS3Config
            {
                ServiceURL = moto.Endpoint.ToString(),
                ForcePathStyle = true,
                AuthenticationRegion = "us-east-1",
            }
        );
        await s3.PutBucketAsync("bucket", TestContext.Current.CancellationToken);
        await s3.PutObjectAsync(
            new()
            {
                BucketName = "bucket",
                Key = "reviews.csv",
                ContentBody = "t\n1\n",
            },
            TestContext.Current.CancellationToken
        );
        var spec = _spec with { Input = _spec.Input with { Data = "s3://bucket/reviews.csv" } };
        var e = await Assert.ThrowsAsync<PJobException>(() =>
            Shard.CreateAsync(
                spec,
                null,
                _paths,
                ResourceConfig.SingleHost,
                new S3Data(s3, S3Uri.Parse(spec.Input.Data, "input.data")),
                TestContext.Current.CancellationToken
            )
        );
        Assert.Equal(ExitCode.BadSpec, e.ExitCode);
        Assert.Contains("no objects below s3://bucket/reviews.csv", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_WithoutPlan_EveryHostTakesAnotherShareOfReplicatedData()
    {
        for (var i = 0; i < 7; i++)
        {
            Write($"d/f{i}.csv", $"t\n{i}\n");
        }

        Write("d/_SUCCESS", "");
        Write(".hidden/x.csv", "t\n");
        string[] hosts = ["algo-1", "algo-2", "algo-3"];

        var shards = new List<IEnumerable<string>>();
        foreach (var host in hosts)
        {
            shards.Add((await CreateAsync(null, new ResourceConfig(host, hosts))).Units.Select(u => u.Source));
        }

        Assert.Equal(Enumerable.Range(0, 7).Select(i => $"d/f{i}.csv"), shards.SelectMany(s => s).Order());
        Assert.All(shards, s => Assert.NotEmpty(s));
    }

    [Fact]
    public async Task Create_WithoutPlanButShardedByTheService_TakesAllItWasGiven()
    {
        Write("a.csv", "t\n1\n");
        Write("b.csv", "t\n2\n");
        Directory.CreateDirectory(Path.GetDirectoryName(_paths.ProcessingJobConfigFile)!);
        File.WriteAllText(
            _paths.ProcessingJobConfigFile,
            """
            {"ProcessingInputs":[{"S3Input":{"LocalPath":"/opt/ml/processing/input/data","S3Uri":"s3://b/p/","S3DataDistributionType":"ShardedByS3Key"}}]}
            """
        );

        Assert.Equal(2, (await CreateAsync(null, new ResourceConfig("algo-2", ["algo-1", "algo-2"]))).Units.Count);
    }

    [Fact]
    public async Task Create_CommittedUnits_AreLeftOut()
    {
        Write("a.csv", "t\n1\n");
        Write("b.csv", "t\n2\n");
        var all = (await CreateAsync(null, ResourceConfig.SingleHost)).Units;
        var plan = new WorkPlan
        {
            Sharding = Sharding.ByKey,
            HostCount = 1,
            Files = [.. all.Select((u, i) => new PlannedFile(u.Source, u.Version, i == 0 ? [PlannedFile.All, u.Id] : null))],
        };

        var shard = await CreateAsync(plan, ResourceConfig.SingleHost);

        Assert.Equal((all[1], 1), (Assert.Single(shard.Units), shard.Skipped));
    }

    [Fact]
    public async Task Create_PlanForOtherHosts_IsRefused()
    {
        var plan = new WorkPlan
        {
            Sharding = Sharding.Balanced,
            HostCount = 2,
            Hosts = [new([], 0), new([], 0)],
        };

        Assert.Contains("2 hosts", (await Assert.ThrowsAsync<PJobException>(() => CreateAsync(plan, ResourceConfig.SingleHost))).Message);
    }

    async Task<Shard> CreateAsync(WorkPlan? plan, ResourceConfig hosts)
    {
        Directory.CreateDirectory(_paths.Config);
        foreach (var (name, content) in plan is null ? [] : PlanFiles.Write(plan))
        {
            await File.WriteAllBytesAsync(Path.Combine(_paths.Config, name), content, TestContext.Current.CancellationToken);
        }

        return await Shard.CreateAsync(_spec, plan, _paths, hosts, new LocalData(_paths.Data), CancellationToken.None);
    }

    void Write(string name, string text)
    {
        var path = Path.Combine(_paths.Data, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
