using ProcessingJob.Contract.Output;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Writing;

/// <summary>A staged file that is counted and hashed while it is written.</summary>
sealed class PartFile(StagedFile staged) : IAsyncDisposable
{
    public StagedFile Staged => staged;
    public HashingStream Output { get; } = new(staged.Stream, staged.Path);

    public static async ValueTask<PartFile> CreateAsync(IOutputStore store, string path, CancellationToken cancellationToken) =>
        new(await store.StageAsync(path, cancellationToken).ConfigureAwait(false));

    public async ValueTask<PartRecord> FinishAsync(long rows, string? split, CancellationToken cancellationToken)
    {
        await Output.FlushBufferAsync(cancellationToken).ConfigureAwait(false);
        await staged.FinishAsync(cancellationToken).ConfigureAwait(false);
        return new(staged.Path, rows, Output.Position, Output.Sha256(), split);
    }

    public async ValueTask DisposeAsync()
    {
        Output.Dispose();
        await staged.DisposeAsync().ConfigureAwait(false);
    }
}
