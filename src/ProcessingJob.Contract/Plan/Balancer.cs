namespace ProcessingJob.Contract.Plan;

/// <summary>
/// Assigns units to hosts by bytes, longest first to the host with the least (Graham's LPT rule: at most 4/3 of the optimum).
/// </summary>
public static class Balancer
{
    public static IReadOnlyList<IReadOnlyList<WorkUnit>> Assign(IEnumerable<WorkUnit> units, int hosts)
    {
        var result = Enumerable.Range(0, hosts).Select(_ => new List<WorkUnit>()).ToArray();
        Deal(LongestFirst(units), hosts, (unit, rank) => result[rank].Add(unit));
        // In file order a host scans each file's prefix only once.
        foreach (var list in result)
        {
            list.Sort(InFileOrder);
        }

        return result;
    }

    /// <summary>Bytes of each host, as <see cref="Assign"/> gives them.</summary>
    /// <param name="units">In the order of <see cref="LongestFirst"/>: for many numbers of hosts they are sorted once.</param>
    /// <param name="hosts">At least 1.</param>
    public static long[] Loads(IReadOnlyList<WorkUnit> units, int hosts)
    {
        var loads = new long[hosts];
        Deal(units, hosts, (unit, rank) => loads[rank] += unit.Bytes);
        return loads;
    }

    public static IReadOnlyList<WorkUnit> LongestFirst(IEnumerable<WorkUnit> units) =>
        [.. units.OrderByDescending(u => u.Bytes).ThenBy(u => u.Source, StringComparer.Ordinal).ThenBy(u => u.Start)];

    /// <summary>By the (first) file's name, then by the range.</summary>
    public static int InFileOrder(WorkUnit a, WorkUnit b) =>
        string.CompareOrdinal(a.Source, b.Source) is var c && c != 0 ? c : a.Start.CompareTo(b.Start);

    static void Deal(IReadOnlyList<WorkUnit> units, int hosts, Action<WorkUnit, int> give)
    {
        var load = new PriorityQueue<int, (long Bytes, int Rank)>();
        for (var rank = 0; rank < hosts; rank++)
        {
            load.Enqueue(rank, (0, rank));
        }

        foreach (var unit in units)
        {
            load.TryDequeue(out var rank, out var priority);
            give(unit, rank);
            load.Enqueue(rank, (priority.Bytes + unit.Bytes, rank));
        }
    }
}
