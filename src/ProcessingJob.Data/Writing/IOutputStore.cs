using ProcessingJob.Contract;

namespace ProcessingJob.Data;

/// <summary>Where part files and commit records go: <see cref="LocalStore"/> or <see cref="S3Store"/>.</summary>
public interface IOutputStore
{
    /// <summary>Fails early when nothing can be written there.</summary>
    /// <exception cref="PJobException">Read-only, missing permission, wrong bucket; says what to do.</exception>
    Task ProbeAsync(CancellationToken cancellationToken);

    /// <summary>Begins a file that nobody sees before <see cref="StagedFile.PublishAsync"/>.</summary>
    /// <param name="path">Below the output, with '/'.</param>
    Task<StagedFile> StageAsync(string path, CancellationToken cancellationToken);

    /// <summary>Makes the staged files visible and then writes the commit record, unless another attempt has committed the unit already.</summary>
    /// <returns>The record that stands: ours, or the other attempt's.</returns>
    Task<UnitRecord> CommitAsync(UnitRecord record, IReadOnlyList<StagedFile> files, CancellationToken cancellationToken);

    /// <summary>Ids of the committed units.</summary>
    Task<IReadOnlySet<string>> ListCommittedAsync(CancellationToken cancellationToken);

    /// <summary>The unit's commit record, or null.</summary>
    Task<UnitRecord?> ReadCommitAsync(string unit, CancellationToken cancellationToken);
}
