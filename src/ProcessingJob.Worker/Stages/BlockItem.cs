using ProcessingJob.Contract;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Data.Reading;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Worker.Stages;

/// <summary>
/// A block of rows on its way through the stages, or the end of its unit. The engine runs a block at a time, and blocks end with their
/// unit, so the same unit gives the same batches, and bytes, on any run.
/// </summary>
sealed class BlockItem(UnitRun unit, RowBlock? rows) : IDisposable
{
    readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public UnitRun Unit { get; } = unit;

    /// <summary>Null at the end of the unit.</summary>
    public RowBlock? Rows { get; } = rows;

    public EncodingBuffer Encodings { get; set; } = null!;

    /// <summary>Null for tokenize, and when no row was left to encode.</summary>
    public BlockResult? Results { get; private set; }

    /// <summary>Done when the encodings and results are there.</summary>
    public Task Ready => _ready.Task;

    /// <summary>Waits for the engine in the background and takes its result.</summary>
    public async Task CompleteAsync(Task<BlockResult>? run)
    {
        try
        {
            if (run is not null)
            {
                Results = await run;
            }

            _ready.SetResult();
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    public void Fail(Exception e) => _ready.TrySetException(e);

    public void Dispose()
    {
        Rows?.Dispose();
        Results?.Dispose();
    }
}

/// <summary>A unit in the pipeline.</summary>
sealed class UnitRun(WorkUnit unit)
{
    public WorkUnit Unit { get; } = unit;

    /// <summary>Why the file as a whole cannot be used; set by the reader before the unit's end is handed on.</summary>
    public PJobException? Failure { get; set; }
}
