using ProcessingJob.Contract;
using ProcessingJob.Contract.Plan;

namespace ProcessingJob.Storage;

/// <summary>Where source files are: a folder or an S3 prefix.</summary>
public interface IDataRoot
{
    /// <summary>
    /// All source files with size and version, in ordinal order. Hidden files and names that begin with '_' are left out.
    /// </summary>
    /// <exception cref="PJobException">The root cannot be listed, or holds a symbolic link.</exception>
    Task<IReadOnlyList<SourceFile>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Opens a unit's source and checks that it still is what was planned.</summary>
    /// <exception cref="PJobException">Missing, forbidden, changed, or a name that leads out of the root.</exception>
    Task<IByteSource> OpenAsync(WorkUnit unit, CancellationToken cancellationToken);
}
