using Amazon.Runtime;
using Amazon.S3;
using ProcessingJob.Testing;

namespace ProcessingJob.Storage.Tests;

/// <summary>One moto_server for all S3 tests; without it they are skipped, which the summary shows.</summary>
public sealed class S3Fixture : IDisposable
{
    readonly MotoServer? _server;
    readonly string? _reason;

    public S3Fixture() => _ = MotoServer.TryStart(out _server, out _reason);

    /// <summary>Where it listens; skips the test when there is none.</summary>
    public Uri Endpoint
    {
        get
        {
            Assert.SkipWhen(_server is null, _reason ?? "");
            return _server.Endpoint;
        }
    }

    /// <summary>A client of the server, or of a proxy before it.</summary>
    public IAmazonS3 Client(Uri? through = null) =>
        new AmazonS3Client(
            new BasicAWSCredentials("test", "test"),
            new AmazonS3Config
            {
                ServiceURL = (through ?? Endpoint).ToString(),
                ForcePathStyle = true,
                AuthenticationRegion = "us-east-1",
                MaxErrorRetry = 0,
            }
        );

    /// <summary>A bucket of one test.</summary>
    public async Task<string> NewBucketAsync()
    {
        var name = $"b-{Guid.NewGuid():n}";
        await Client().PutBucketAsync(name);
        return name;
    }

    public void Dispose() => _server?.Dispose();
}
