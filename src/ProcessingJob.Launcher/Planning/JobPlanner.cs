using ProcessingJob.Contract;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Finalizing;

namespace ProcessingJob.Launcher.Planning;

/// <summary>Makes plans. Pure: the same files, spec and commits give the same plan.</summary>
public static class JobPlanner
{
    /// <param name="job">Name of the job.</param>
    /// <param name="spec">The spec as the workers get it.</param>
    /// <param name="files">Source files with size and version, in ordinal order.</param>
    /// <param name="modelFingerprint">Of the model folder.</param>
    /// <param name="hosts">Number of hosts.</param>
    /// <param name="committed">What is done already, of these files.</param>
    /// <exception cref="PJobException">Exit code 2: a format that cannot be told from a file's name.</exception>
    public static JobPlan Create(
        string job,
        JobSpec spec,
        IReadOnlyList<SourceFile> files,
        string modelFingerprint,
        int hosts,
        CommittedWork committed
    )
    {
        var specFingerprint = SpecWriter.Fingerprint(spec);
        var isByKey = spec.Input.Sharding == Sharding.ByKey;
        var dealt = isByKey ? DealByKey(files, hosts) : null;
        var shares = isByKey ? dealt!.Select(own => Left(own)).ToArray() : [.. Balancer.Assign(Left(files), hosts)];
        var work = new WorkPlan
        {
            Job = job,
            SpecFingerprint = specFingerprint,
            ModelFingerprint = modelFingerprint,
            DataFingerprint = DataFingerprint(files),
            Sharding = spec.Input.Sharding,
            HostCount = hosts,
            UnitsCommitted = committed.Units.Count,
        };
        var done = CommittedOf(committed, dealt, hosts);
        var plan = new JobPlan(
            spec,
            files,
            committed,
            [.. HostNames(hosts).Select((host, rank) => new HostShare(host, dealt?[rank], shares[rank], done[rank]))],
            work
        );
        return plan with
        {
            Work = work with
            {
                UnitCount = plan.Units.Count,
                Hosts = isByKey ? [] : [.. plan.Hosts.Select(h => new HostWork(h.Left, h.Committed))],
                Files = isByKey ? Planned(files, committed) : [],
            },
        };

        IReadOnlyList<WorkUnit> Left(IReadOnlyList<SourceFile> own)
        {
            var units = UnitCutter.Cut(own, file => committed.Files.Contains(file.Source), spec, specFingerprint, modelFingerprint);
            return committed.Units.Count == 0 ? units : [.. units.Where(u => !committed.Ids.Contains(u.Id))];
        }
    }

    /// <summary>Ids of the units that a first run of the job makes.</summary>
    /// <exception cref="PJobException">As <see cref="Create"/>.</exception>
    public static IReadOnlySet<string> FirstIds(JobSpec spec, IReadOnlyList<SourceFile> files, string modelFingerprint, int hosts)
    {
        var specFingerprint = SpecWriter.Fingerprint(spec);
        IEnumerable<IReadOnlyList<SourceFile>> shares = spec.Input.Sharding == Sharding.ByKey ? DealByKey(files, hosts) : [files];
        return shares
            .SelectMany(own => UnitCutter.Cut(own, spec, specFingerprint, modelFingerprint))
            .Select(u => u.Id)
            .ToHashSet(StringComparer.Ordinal);
    }

    public static string DataFingerprint(IReadOnlyList<SourceFile> files) => Fingerprints.OfItems(files.Select(f => (f.Source, f.Version)));

    /// <summary>As SageMaker names them: algo-1 is rank 0. With ten hosts or more ranks follow the ordinal order of names.</summary>
    public static IReadOnlyList<string> HostNames(int hosts) =>
        [.. Enumerable.Range(1, hosts).Select(i => $"algo-{i}").Order(StringComparer.Ordinal)];

    // ShardedByS3Key deals out objects by count. Its order is not documented; round-robin over sorted keys is as even as it promises.
    static List<SourceFile>[] DealByKey(IReadOnlyList<SourceFile> files, int hosts)
    {
        var shares = Enumerable.Range(0, hosts).Select(_ => new List<SourceFile>()).ToArray();
        for (var i = 0; i < files.Count; i++)
        {
            shares[i % hosts].Add(files[i]);
        }

        return shares;
    }

    /// <summary>How many committed units a host has: by key those of its (first) files, else a share of all.</summary>
    static int[] CommittedOf(CommittedWork committed, List<SourceFile>[]? dealt, int hosts)
    {
        var counts = new int[hosts];
        var hostOf = new Dictionary<string, int>(StringComparer.Ordinal);
        if (dealt is not null && committed.Units.Count > 0)
        {
            foreach (var (rank, own) in dealt.Index())
            {
                own.ForEach(file => hostOf[file.Source] = rank);
            }
        }

        foreach (var (index, unit) in committed.Units.Index())
        {
            counts[hostOf.GetValueOrDefault(unit.Source, index % hosts)]++;
        }

        return counts;
    }

    static IEnumerable<PlannedFile> Planned(IReadOnlyList<SourceFile> files, CommittedWork committed)
    {
        var units = committed
            .Units.SelectMany(u => (u.Files?.Select(f => f.Source) ?? [u.Source]).Select(source => (Source: source, u.Id)))
            .ToLookup(u => u.Source, u => u.Id, StringComparer.Ordinal);
        return files.Select(f => new PlannedFile(
            f.Source,
            f.Version,
            !units.Contains(f.Source) ? null
                : committed.Files.Contains(f.Source) ? [PlannedFile.All, .. units[f.Source]]
                : [.. units[f.Source]]
        ));
    }
}
