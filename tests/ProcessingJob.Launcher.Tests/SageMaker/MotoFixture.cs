using ProcessingJob.Testing;

namespace ProcessingJob.Launcher.Tests.SageMaker;

/// <summary>One moto_server for all tests that need S3, STS, IAM or ECR; each test has its own bucket.</summary>
public sealed class MotoFixture : IDisposable
{
    readonly MotoServer? _server;
    readonly string? _reason;

    public MotoFixture() => _ = MotoServer.TryStart(out _server, out _reason);

    /// <summary>Where it listens; skips the test when there is none.</summary>
    public string Url
    {
        get
        {
            Assert.SkipWhen(_server is null, _reason ?? "");
            return _server.Endpoint.ToString();
        }
    }

    public void Dispose() => _server?.Dispose();
}

[CollectionDefinition(nameof(MotoFixture))]
public sealed class MotoCollection : ICollectionFixture<MotoFixture>;

static class MotoBenches
{
    extension(RemoteBench)
    {
        public static Task<RemoteBench> StartAsync(MotoFixture moto, int files = 5, IReadOnlyList<string>? command = null) =>
            RemoteBench.StartAsync(moto.Url, files, command);
    }
}
