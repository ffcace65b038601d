using ProcessingJob.Data.Columns;

namespace ProcessingJob.Data.Writing;

/// <summary>One part file (or a file and its sidecar) in the making.</summary>
interface IPartFormat : IAsyncDisposable
{
    /// <summary>The part wants no more rows than it has.</summary>
    bool IsFull { get; }

    ValueTask WriteAsync(ColumnBlock rows, CancellationToken cancellationToken);

    /// <summary>Writes what comes last.</summary>
    /// <returns>The files with their rows; a sidecar, which repeats the same rows, says 0.</returns>
    ValueTask<IReadOnlyList<(PartFile File, long Rows)>> FinishAsync(long rows, CancellationToken cancellationToken);
}
