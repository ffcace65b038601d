namespace ProcessingJob.Soak;

/// <summary>What was done to the jobs, by kind.</summary>
sealed class FaultCount
{
    readonly SortedDictionary<string, int> _byKind = new(StringComparer.Ordinal);

    public int Total
    {
        get
        {
            lock (_byKind)
            {
                return _byKind.Values.Sum();
            }
        }
    }

    public void Add(string kind)
    {
        lock (_byKind)
        {
            _byKind[kind] = _byKind.GetValueOrDefault(kind) + 1;
        }
    }

    public override string ToString()
    {
        lock (_byKind)
        {
            return $"{Total} faults ({string.Join(", ", _byKind.Select(k => $"{k.Value} x {k.Key}"))})";
        }
    }
}
