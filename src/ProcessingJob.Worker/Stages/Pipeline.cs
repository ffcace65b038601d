using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Data.Reading;
using ProcessingJob.Data.Writing;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Storage;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Worker.Stages;

/// <summary>What the lanes share, and what makes what each has of its own.</summary>
/// <param name="Engine">Null for tokenize.</param>
/// <param name="Outputs">Makes the rows of one lane, with a task of their own.</param>
/// <param name="Encoders">Makes the encoder of one lane.</param>
/// <param name="Writers">Makes the writer of one unit.</param>
/// <param name="Lanes">Units that are worked on at a time.</param>
/// <param name="BlocksAhead">Blocks that a lane has with the engine while it reads and tokenizes the next.</param>
sealed record PipelineParts(
    IDataRoot Data,
    RowReader Reader,
    InferenceEngine? Engine,
    Func<OutputRows> Outputs,
    Func<TextEncoder> Encoders,
    Func<WorkUnit, UnitWriter> Writers,
    RunTotals Totals,
    int Lanes,
    int BlocksAhead
)
{
    /// <summary>Called when a unit is committed; what it throws ends the run.</summary>
    public Func<CancellationToken, Task> Committed { get; init; } = _ => Task.CompletedTask;

    /// <summary>Whether units are spans of a trace.</summary>
    public bool Traced { get; init; }
}

/// <summary>
/// Lanes side by side, each with a unit of its own from reading to commit; the devices take batches from all of them. Memory is bounded by
/// the number of lanes, never by the input.
/// </summary>
sealed class Pipeline(PipelineParts parts)
{
    readonly StageClocks _clocks = new(parts.Lanes);
    readonly SortedDictionary<int, PJobException> _failures = [];
    int _next = -1,
        _unitsDone,
        _unitsOpen;

    public IReadOnlyList<StageReport> Stages => _clocks.Report();

    public int UnitsDone => Volatile.Read(ref _unitsDone);

    /// <summary>Units that are worked on now.</summary>
    public int UnitsOpen => Volatile.Read(ref _unitsOpen);

    /// <summary>Units whose file cannot be read, in the units' order; the others are done all the same.</summary>
    public IReadOnlyList<PJobException> Failures
    {
        get
        {
            lock (_failures)
            {
                return [.. _failures.Values];
            }
        }
    }

    public async Task RunAsync(IReadOnlyList<WorkUnit> units, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var lanes = Enumerable
            .Range(0, Math.Min(parts.Lanes, units.Count))
            .Select(lane => LaneThread.Run(() => RunLaneAsync(units, stop.Token), $"lane {lane}"))
            .ToList();

        // The first lane that fails ends the others; its own exception is the one that tells why.
        Task? first = null;
        while (lanes.Count > 0)
        {
            var done = await Task.WhenAny(lanes);
            lanes.Remove(done);
            if (!done.IsCompletedSuccessfully && first is null)
            {
                first = done;
                await stop.CancelAsync();
            }
        }

        if (first is not null)
        {
            await first;
        }
    }

    async Task RunLaneAsync(IReadOnlyList<WorkUnit> units, CancellationToken cancellationToken)
    {
        using var lane = new Lane(parts, _clocks);
        // A commit waits for the disk or for S3: the lane is at its next unit meanwhile, and never more than one ahead.
        var commit = Task.CompletedTask;
        try
        {
            int index;
            while ((index = Interlocked.Increment(ref _next)) < units.Count)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Interlocked.Increment(ref _unitsOpen);
                var (at, unit) = (index, await lane.RunAsync(units[index], cancellationToken));
                var before = commit;
                commit = Task.Run(() => EndAsync(at, unit, before, cancellationToken), CancellationToken.None);
                await before;
            }
        }
        finally
        {
            await commit;
        }
    }

    /// <summary>Commits a unit, unless its file cannot be used or the commit before failed.</summary>
    async Task EndAsync(int index, WrittenUnit unit, Task before, CancellationToken cancellationToken)
    {
        await using (unit)
        {
            await before;
            if (unit.Failure is null)
            {
                await unit.CommitAsync();
            }
        }

        Interlocked.Decrement(ref _unitsOpen);
        if (unit.Failure is { } failure)
        {
            lock (_failures)
            {
                _failures[index] = failure;
            }

            return;
        }

        Interlocked.Increment(ref _unitsDone);
        await parts.Committed(cancellationToken);
    }
}
