using ProcessingJob.Contract;

namespace ProcessingJob.Data;

/// <summary>Source files in a folder. Versions are sha256 of the content.</summary>
public sealed class LocalData(string root) : IDataRoot
{
    public string Root { get; } = Path.GetFullPath(root);

    public Task<IReadOnlyList<SourceFile>> ListAsync(CancellationToken cancellation) => throw new NotImplementedException();

    public Task<IByteSource> OpenAsync(WorkUnit unit, CancellationToken cancellation) => throw new NotImplementedException();
}
