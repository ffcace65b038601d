using System.Diagnostics.CodeAnalysis;

namespace ProcessingJob.Testing;

/// <summary>moto_server on loopback: S3, STS and SageMaker that nobody here wrote.</summary>
public sealed class MotoServer : IDisposable
{
    /// <summary>http://127.0.0.1:port</summary>
    public Uri Endpoint => throw new NotImplementedException();

    /// <summary>Starts a server and waits until it answers, or says why a test must be skipped.</summary>
    public static bool TryStart([NotNullWhen(true)] out MotoServer? server, [NotNullWhen(false)] out string? skipReason) =>
        throw new NotImplementedException();

    /// <summary>Forgets all buckets, objects and jobs.</summary>
    public Task ResetAsync() => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}
