using ProcessingJob.Contract;

namespace ProcessingJob.Data;

/// <summary>A staged file that is counted and hashed while it is written.</summary>
sealed class PartFile(StagedFile staged) : IAsyncDisposable
{
    public StagedFile Staged => staged;
    public HashingStream Output { get; } = new(staged.Stream, staged.Path);

    public static async ValueTask<PartFile> CreateAsync(IOutputStore store, string path, CancellationToken cancellation) =>
        new(await store.StageAsync(path, cancellation));

    public async ValueTask<PartRecord> FinishAsync(long rows, string? split, CancellationToken cancellation)
    {
        await Output.FlushBufferAsync(cancellation);
        await staged.FinishAsync(cancellation);
        return new(staged.Path, rows, Output.Position, Output.Sha256(), split);
    }

    public async ValueTask DisposeAsync()
    {
        Output.Dispose();
        await staged.DisposeAsync();
    }
}
