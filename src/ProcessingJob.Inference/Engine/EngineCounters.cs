namespace ProcessingJob.Inference;

/// <summary>Counters of an engine; added to by callers, read at any time.</summary>
sealed class EngineCounters
{
    public long Windows,
        Rows,
        Tokens,
        RealTokens,
        PaddedTokens,
        Batches,
        DuplicateRows,
        RetriedRows,
        NotFiniteRows,
        Halvings,
        Recreations;

    public EngineStats Read(IEnumerable<DeviceSlot> slots) =>
        new()
        {
            Windows = Volatile.Read(ref Windows),
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
