using ProcessingJob.Contract;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Launcher.Planning;

/// <summary>Makes plans. Pure: the same files, spec and commits give the same plan.</summary>
public static class JobPlanner
{
    /// <param name="job">Name of the job.</param>
    /// <param name="spec">The spec as the workers get it.</param>
    /// <param name="files">Source files with size and version.</param>
    /// <param name="modelFingerprint">Of the model folder.</param>
    /// <param name="hosts">Number of hosts.</param>
    /// <param name="committed">Ids of units whose output is there already; others among them do no harm.</param>
    /// <exception cref="PJobException">Exit code 2: a format that cannot be told from a file's name.</exception>
    public static JobPlan Create(
        string job,
        JobSpec spec,
        IReadOnlyList<SourceFile> files,
        string modelFingerprint,
        int hosts,
        IReadOnlySet<string> committed
    )
    {
        var specFingerprint = SpecWriter.Fingerprint(spec);
        var units = UnitCutter.Cut(files, spec, specFingerprint, modelFingerprint);
        var shares = spec.Input.Sharding == Sharding.ByKey ? DealByKey(units, hosts) : Balance(units, hosts, committed);
        var work = new WorkPlan
        {
            Job = job,
            SpecFingerprint = specFingerprint,
            ModelFingerprint = modelFingerprint,
            DataFingerprint = DataFingerprint(files),
            Sharding = spec.Input.Sharding,
            MostRows = RowBound.Of(units, spec),
            Hosts = spec.Input.Sharding == Sharding.ByKey ? [] : shares,
            Versions =
                spec.Input.Sharding == Sharding.ByKey ? files.ToDictionary(f => f.Source, f => f.Version, StringComparer.Ordinal) : null,
            Committed = [.. units.Select(u => u.Id).Where(committed.Contains)],
        };
        return new(spec, files, units, [.. HostNames(hosts).Zip(shares, (host, share) => Share(host, share, committed))], work);
    }

    public static string DataFingerprint(IReadOnlyList<SourceFile> files) => Fingerprints.OfItems(files.Select(f => (f.Source, f.Version)));

    /// <summary>As SageMaker names them: algo-1 is rank 0. With ten hosts or more ranks follow the ordinal order of names.</summary>
    public static IReadOnlyList<string> HostNames(int hosts) =>
        [.. Enumerable.Range(1, hosts).Select(i => $"algo-{i}").Order(StringComparer.Ordinal)];

    // Committed units are spread on their own: what is left to do must be even, not what the job once was.
    static List<WorkUnit>[] Balance(IReadOnlyList<WorkUnit> units, int hosts, IReadOnlySet<string> committed)
    {
        var done = units.ToLookup(u => committed.Contains(u.Id));
        return
        [
            .. Balancer
                .Assign(done[false], hosts)
                .Zip(Balancer.Assign(done[true], hosts), (left, skipped) => InFileOrder(left.Concat(skipped))),
        ];
    }

    // ShardedByS3Key deals out objects by count. Its order is not documented; round-robin over sorted keys is as even as it promises.
    static List<WorkUnit>[] DealByKey(IReadOnlyList<WorkUnit> units, int hosts)
    {
        var shares = Enumerable.Range(0, hosts).Select(_ => new List<WorkUnit>()).ToArray();
        var files = units.GroupBy(u => u.Source).OrderBy(g => g.Key, StringComparer.Ordinal).Index();
        foreach (var (index, file) in files)
        {
            shares[index % hosts].AddRange(file);
        }

        return shares;
    }

    static List<WorkUnit> InFileOrder(IEnumerable<WorkUnit> units) =>
        [.. units.OrderBy(u => u.Source, StringComparer.Ordinal).ThenBy(u => u.Start)];

    static HostShare Share(string host, List<WorkUnit> units, IReadOnlySet<string> committed)
    {
        var left = units.Where(u => !committed.Contains(u.Id)).ToList();
        return new(host, [.. units.Select(u => u.Source).Distinct()], units, units.Count - left.Count, left.Sum(u => u.Bytes));
    }
}
