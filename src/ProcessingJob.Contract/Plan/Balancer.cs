namespace ProcessingJob.Contract.Plan;

/// <summary>
/// Assigns units to hosts by bytes, longest first to the host with the least (Graham's LPT rule: at most 4/3 of the optimum).
/// </summary>
public static class Balancer
{
    public static IReadOnlyList<IReadOnlyList<WorkUnit>> Assign(IEnumerable<WorkUnit> units, int hosts)
    {
        var result = Enumerable.Range(0, hosts).Select(_ => new List<WorkUnit>()).ToArray();
        var load = new PriorityQueue<int, (long Bytes, int Rank)>();
        for (var rank = 0; rank < hosts; rank++)
        {
            load.Enqueue(rank, (0, rank));
        }

        foreach (var unit in units.OrderByDescending(u => u.Bytes).ThenBy(u => u.Source, StringComparer.Ordinal).ThenBy(u => u.Start))
        {
            load.TryDequeue(out var rank, out var priority);
            result[rank].Add(unit);
            load.Enqueue(rank, (priority.Bytes + unit.Bytes, rank));
        }
        // In file order a host scans each file's prefix only once.
        foreach (var list in result)
        {
            list.Sort((a, b) => string.CompareOrdinal(a.Source, b.Source) is var c && c != 0 ? c : a.Start.CompareTo(b.Start));
        }

        return result;
    }
}
