using ProcessingJob.Contract;
using ProcessingJob.Data.Writing;

namespace ProcessingJob.Worker.Stages;

/// <summary>A unit whose rows are all read and written: what is left is its commit.</summary>
/// <param name="writer">Has all rows, encoded.</param>
/// <param name="span">The unit's, where runs are traced.</param>
/// <param name="counts">Of its rows.</param>
/// <param name="failure">Why its file as a whole cannot be used, and nothing of it is committed; null: it can.</param>
sealed class WrittenUnit(UnitWriter writer, UnitSpan? span, UnitCounts counts, PJobException? failure) : IAsyncDisposable
{
    public PJobException? Failure => failure;

    // A stop between files and record would leave files that nothing names: a commit that has begun is finished.
    public Task CommitAsync() => writer.CommitAsync(counts, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        span?.End(counts, failure);
        span?.Dispose();
        await writer.DisposeAsync();
    }
}
