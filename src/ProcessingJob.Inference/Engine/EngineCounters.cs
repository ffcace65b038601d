namespace ProcessingJob.Inference.Engine;

/// <summary>Counters of an engine; added to by inference threads, read at any time.</summary>
sealed class EngineCounters
{
    public long Blocks,
        Rows,
        Tokens,
        RealTokens,
        PaddedTokens,
        Batches,
        DuplicateRows,
        RetriedRows,
        NotFiniteRows,
        FinishedRows,
        Halvings,
        Recreations;

    public EngineStats Read(IEnumerable<DeviceSlot> slots) =>
        new()
        {
            Blocks = Volatile.Read(ref Blocks),
            Rows = Volatile.Read(ref Rows),
            Tokens = Volatile.Read(ref Tokens),
            RealTokens = Volatile.Read(ref RealTokens),
            PaddedTokens = Volatile.Read(ref PaddedTokens),
            Batches = Volatile.Read(ref Batches),
            DuplicateRows = Volatile.Read(ref DuplicateRows),
            RetriedRows = Volatile.Read(ref RetriedRows),
            NotFiniteRows = Volatile.Read(ref NotFiniteRows),
            Halvings = Volatile.Read(ref Halvings),
            Recreations = Volatile.Read(ref Recreations),
            Devices = [.. slots.Select(s => s.Stats)],
        };
}
