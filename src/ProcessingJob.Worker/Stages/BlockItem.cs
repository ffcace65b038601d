using ProcessingJob.Data.Reading;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Worker.Stages;

/// <summary>
/// A block of rows on its way through a lane. The engine runs a block at a time, and blocks end with their unit, so the same unit gives the
/// same batches, and bytes, on any run.
/// </summary>
/// <param name="rows">Disposed with this.</param>
/// <param name="encodings">Of the rows; must not change before the run has ended.</param>
/// <param name="run">The engine's work; null for tokenize, and when no row was left to encode.</param>
sealed class BlockItem(RowBlock rows, EncodingBuffer encodings, Task<BlockResult>? run) : IDisposable
{
    public RowBlock Rows { get; } = rows;

    public EncodingBuffer Encodings { get; } = encodings;

    /// <summary>One per encoding, once they have been waited for; null where nothing was run.</summary>
    public BlockResult? Results { get; private set; }

    /// <summary>Nothing need be waited for.</summary>
    public bool IsReady => run is null || run.IsCompleted;

    /// <summary>Waits for the results.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        if (run is not null)
        {
            Results = await run.WaitAsync(cancellationToken);
        }
    }

    public void Dispose()
    {
        Rows.Dispose();
        Results?.Dispose();
    }
}
