using ProcessingJob.Contract;

namespace ProcessingJob.Data;

/// <summary>An output folder. Files are staged in <paramref name="staging"/>, outside the output, and renamed into it.</summary>
/// <param name="root">The output folder.</param>
/// <param name="staging">On the same file system if possible; null: <c>.staging</c> beside the output folder.</param>
public sealed class LocalStore(string root, string? staging = null) : IOutputStore
{
    public string Root { get; } = Path.GetFullPath(root);
    public string Staging { get; } = Path.GetFullPath(staging ?? Path.Combine(Path.GetDirectoryName(Path.GetFullPath(root))!, ".staging"));

    public Task ProbeAsync(CancellationToken cancellation) => throw new NotImplementedException();
    public Task<StagedFile> StageAsync(string path, CancellationToken cancellation) => throw new NotImplementedException();
    public Task<UnitRecord> CommitAsync(UnitRecord record, IReadOnlyList<StagedFile> files, CancellationToken cancellation) => throw new NotImplementedException();
    public Task<IReadOnlySet<string>> ListCommittedAsync(CancellationToken cancellation) => throw new NotImplementedException();
    public Task<UnitRecord?> ReadCommitAsync(string unit, CancellationToken cancellation) => throw new NotImplementedException();
}
