using System.Text.Json.Nodes;
using Amazon.S3;
using Amazon.S3.Model;
using ProcessingJob.Contract.Spec;
using ProcessingJob.FakeAws;
using ProcessingJob.Launcher.Aws;
using ProcessingJob.Launcher.Progress;
using ProcessingJob.Launcher.SageMaker;
using ProcessingJob.Launcher.Tests.Aws;
using ProcessingJob.Storage;
using ProcessingJob.Testing;

namespace ProcessingJob.Launcher.Tests.SageMaker;

/// <summary>An account with a bucket, a model, data, an image, and a SageMaker that really runs the fake worker.</summary>
sealed class RemoteBench : IAsyncDisposable, IProgress<JobEvent>
{
    const string Account = "123456789012";
    const string Manifest =
        """{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":{"digest":"sha256:0"},"layers":[]}""";
    static int _buckets;
    readonly TempFolder _folder = new();
    readonly List<JobEvent> _events = [];

    RemoteBench(TestAws aws, string motoUrl, IReadOnlyList<string>? command)
    {
        Aws = aws;
        Bucket = $"bench-{Interlocked.Increment(ref _buckets)}";
        Connection = aws.Connection with
        {
            Endpoints = new Dictionary<string, string>(aws.Connection.Endpoints)
            {
                ["S3"] = motoUrl,
                ["STS"] = motoUrl,
                ["ECR"] = motoUrl,
                ["IAM"] = motoUrl,
                ["EC2"] = motoUrl,
            },
        };
        S3 = Connection.S3();
        Hosts = new ServiceHosts(
            S3,
            aws.Server.Logs,
            command ?? ["dotnet", Path.Combine(AppContext.BaseDirectory, "ProcessingJob.FakeWorker.dll")],
            _folder["hosts"]
        );
        foreach (
            var (key, value) in new[]
            {
                ("AWS_ACCESS_KEY_ID", "AKIATEST"),
                ("AWS_SECRET_ACCESS_KEY", "secret"),
                ("AWS_ENDPOINT_URL_S3", motoUrl),
                ("AWS_EC2_METADATA_DISABLED", "true"),
            }
        )
        {
            Hosts.NetworkEnvironment[key] = value;
        }

        aws.Server.Jobs.Runner = Hosts.RunAsync;
        aws.Server.Logs.PageSize = 100;
    }

    public TestAws Aws { get; }
    public string Bucket { get; }
    public AwsConnection Connection { get; }
    public IAmazonS3 S3 { get; }
    public ServiceHosts Hosts { get; }
    public string Image => $"{Account}.dkr.ecr.us-east-1.amazonaws.com/{Bucket}:1";
    public SageMakerTarget Target => new(Connection, Aws.Time);

    public string Local(params string[] parts) => _folder[parts];

    public IReadOnlyList<JobEvent> Events
    {
        get
        {
            lock (_events)
            {
                return [.. _events];
            }
        }
    }

    public IEnumerable<string> Notes => Events.OfType<JobNote>().Select(n => n.Text);

    /// <param name="s3">Address of moto_server, or of a proxy before it.</param>
    /// <param name="files">Text files that lie in the bucket.</param>
    /// <param name="command">The container's program; null: the fake worker.</param>
    /// <param name="retries">Of the SDK.</param>
    public static async Task<RemoteBench> StartAsync(string s3, int files = 5, IReadOnlyList<string>? command = null, int retries = 0)
    {
        var bench = new RemoteBench(await TestAws.StartAsync(retries, pause: 10), s3, command);
        await bench.S3.PutBucketAsync(bench.Bucket);
        foreach (var (file, content) in StaticModel.Files)
        {
            await bench.PutAsync($"model/{file}", content);
        }

        for (var i = 0; i < files; i++)
        {
            await bench.PutAsync($"in/f{i}.txt", Lines(i));
        }

        using var ecr = bench.Connection.JsonClient(AwsService.Ecr);
        await ecr.CallAsync<JsonObject>("CreateRepository", new { repositoryName = bench.Bucket }, default);
        await ecr.CallAsync<JsonObject>(
            "PutImage",
            new
            {
                repositoryName = bench.Bucket,
                imageManifest = Manifest,
                imageTag = "1",
            },
            default
        );
        return bench;
    }

    public static string Lines(int file) => string.Concat(Enumerable.Range(0, 10 + 5 * file).Select(n => $"line {n} of file {file}\n"));

    public JobSpec Spec(int hosts = 1) =>
        new()
        {
            Name = "bench",
            Model = $"s3://{Bucket}/model/",
            Input = new() { Data = $"s3://{Bucket}/in/", Format = InputFormat.Text },
            Output = new() { Data = $"s3://{Bucket}/out/" },
            Compute = new() { InstanceCount = hosts, InstanceType = ["ml.m5.xlarge"] },
            Aws = new() { Role = "processing", Image = Image },
        };

    /// <summary>A model folder on this machine.</summary>
    public void WriteModel(string folder) => StaticModel.Write(_folder, folder);

    public string Write(string file, string content) => _folder.Write(file, content);

    public Task PutAsync(string key, string content) =>
        S3.PutObjectAsync(
            new PutObjectRequest
            {
                BucketName = Bucket,
                Key = key,
                ContentBody = content,
            }
        );

    /// <summary>Puts a folder in the place of the model on S3.</summary>
    public async Task ReplaceModelAsync(string folder)
    {
        foreach (var file in StaticModel.Files.Keys)
        {
            await S3.DeleteObjectAsync(Bucket, $"model/{file}");
        }

        foreach (var file in Directory.GetFiles(folder, "*", SearchOption.AllDirectories))
        {
            await S3.PutObjectAsync(
                new PutObjectRequest
                {
                    BucketName = Bucket,
                    Key = $"model/{Path.GetRelativePath(folder, file)}",
                    FilePath = file,
                }
            );
        }
    }

    /// <summary>A file of a job's config channel; null: it is not there.</summary>
    public async Task<byte[]?> ConfigAsync(string job, string file)
    {
        var store = new S3Store(S3, new S3Uri(Bucket, ""));
        await foreach (var found in store.ListAsync($"processingjob/jobs/{job}/"))
        {
            if (found.Path.EndsWith($"/config/{file}", StringComparison.Ordinal))
            {
                return await store.ReadAsync(found.Path);
            }
        }

        return null;
    }

    public async Task<JobResult> RunAsync(
        JobSpec spec,
        string script = "",
        RemoteOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        Hosts.Environment["FAKE_WORKER"] = script;
        return await Target.RunAsync(spec, options ?? new RemoteOptions(), this, cancellationToken);
    }

    /// <summary>Content by key of all that units have written.</summary>
    public async Task<SortedDictionary<string, string>> SnapshotAsync()
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var output = new S3Store(S3, new S3Uri(Bucket, "out"));
        foreach (var prefix in new[] { "data/", "_rejects/", "_commits/" })
        {
            await foreach (var file in output.ListAsync(prefix))
            {
                files[file.Path] = System.Text.Encoding.UTF8.GetString((await output.ReadAsync(file.Path))!);
            }
        }

        return files;
    }

    public async Task<bool> LooksFinishedAsync()
    {
        var output = new S3Store(S3, new S3Uri(Bucket, "out"));
        return await output.ReadAsync("_SUCCESS") is not null || await output.ReadAsync("_manifest.json") is not null;
    }

    public void Report(JobEvent value)
    {
        lock (_events)
        {
            _events.Add(value);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Aws.DisposeAsync();
        S3.Dispose();
        _folder.Dispose();
    }
}
