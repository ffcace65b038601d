using Amazon.S3;
using ProcessingJob.Contract;

namespace ProcessingJob.Data;

/// <summary>Source files below an S3 prefix. Versions are ETags, and every read insists on them.</summary>
public sealed class S3Data(IAmazonS3 client, string uri, S3ReadOptions? options = null) : IDataRoot
{
    public string Uri { get; } = uri;
    public S3ReadOptions Options { get; } = options ?? new();

    public Task<IReadOnlyList<SourceFile>> ListAsync(CancellationToken cancellation) => throw new NotImplementedException();

    public Task<IByteSource> OpenAsync(WorkUnit unit, CancellationToken cancellation) => throw new NotImplementedException(client.ToString());
}
