using Amazon.S3;
using ProcessingJob.Contract;

namespace ProcessingJob.Data;

/// <summary>
/// An S3 prefix. A part is a multipart upload whose completion is its rename; the commit record is created with If-None-Match.
/// </summary>
public sealed class S3Store(IAmazonS3 client, string uri) : IOutputStore
{
    public string Uri { get; } = uri;

    public Task ProbeAsync(CancellationToken cancellation) => throw new NotImplementedException(client.ToString());
    public Task<StagedFile> StageAsync(string path, CancellationToken cancellation) => throw new NotImplementedException();
    public Task<UnitRecord> CommitAsync(UnitRecord record, IReadOnlyList<StagedFile> files, CancellationToken cancellation) => throw new NotImplementedException();
    public Task<IReadOnlySet<string>> ListCommittedAsync(CancellationToken cancellation) => throw new NotImplementedException();
    public Task<UnitRecord?> ReadCommitAsync(string unit, CancellationToken cancellation) => throw new NotImplementedException();
}
