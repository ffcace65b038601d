namespace ProcessingJob.Cli.Analyze;

/// <summary>
/// Counts texts equal to an earlier one, from their hashes, in bounded memory: exact up to a number of distinct texts, beyond it an
/// estimate from the share of all hashes that is kept (distinct sampling, Gibbons, VLDB 2001: Distinct Sampling for Highly-Accurate
/// Answers to Distinct Values Queries).
/// </summary>
/// <param name="limit">Most distinct hashes to keep; at least 1.</param>
sealed class DuplicateCounter(int limit = DuplicateCounter.DefaultLimit)
{
    // About 100 MB; the estimate's relative error is then about 0.1 %.
    const int DefaultLimit = 1 << 21;
    readonly Dictionary<ulong, long> _copies = [];
    int _level;

    /// <summary>False: more distinct texts were seen than are kept.</summary>
    public bool IsExact => _level == 0;

    /// <summary>Texts equal to an earlier one.</summary>
    public long Count => _copies.Values.Sum() << _level;

    public void Add(ulong hash)
    {
        hash = Mix(hash);
        if (!IsKept(hash))
        {
            return;
        }

        _copies[hash] = _copies.TryGetValue(hash, out var copies) ? copies + 1 : 0;
        while (_copies.Count > limit)
        {
            // Each level keeps half of the hashes of the one before.
            _level++;
            foreach (var other in _copies.Keys.Where(h => !IsKept(h)).ToList())
            {
                _copies.Remove(other);
            }
        }
    }

    bool IsKept(ulong hash) => (hash & ((1UL << _level) - 1)) == 0;

    // The finalizer of MurmurHash3 (public domain): every bit of the hash decides whether it is kept.
    static ulong Mix(ulong hash)
    {
        hash = (hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCD;
        hash = (hash ^ (hash >> 33)) * 0xC4CEB9FE1A85EC53;
        return hash ^ (hash >> 33);
    }
}
