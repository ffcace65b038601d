using ProcessingJob.Contract;
using ProcessingJob.Contract.Container;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Storage;

namespace ProcessingJob.Worker;

/// <summary>The units of this host: from the plan, or cut from the files that the service put on the volume.</summary>
sealed record Shard(IReadOnlyList<WorkUnit> Units, int Skipped, string SpecFingerprint, string ModelFingerprint)
{
    public long Bytes => Units.Sum(u => u.Bytes);

    /// <exception cref="PJobException">The plan is for other hosts, or a file's format cannot be told.</exception>
    public static async Task<Shard> CreateAsync(
        JobSpec spec,
        WorkPlan? plan,
        ContainerPaths paths,
        ResourceConfig hosts,
        IDataRoot data,
        CancellationToken cancellationToken
    )
    {
        var specFingerprint = plan?.SpecFingerprint is { Length: > 0 } s ? s : SpecWriter.Fingerprint(spec);
        var modelFingerprint =
            plan?.ModelFingerprint is { Length: > 0 } m ? m
            : Directory.Exists(paths.Model) ? await FolderFiles.FingerprintModelAsync(paths.Model, cancellationToken)
            : "";
        IReadOnlyList<WorkUnit> units;
        if (plan is { Sharding: Sharding.Balanced, Hosts.Count: > 0 })
        {
            if (plan.Hosts.Count != hosts.Hosts.Count)
            {
                throw new PJobException(
                    $"{paths.PlanFile}: made for {plan.Hosts.Count} hosts, but the job has {hosts.Hosts.Count}; plan again with "
                        + "this instance_count"
                );
            }

            units = plan.Hosts[hosts.Rank];
        }
        else
        {
            // The service makes no folder for a host that it gives no object.
            var files = data is LocalData local && !Directory.Exists(local.Root) ? [] : await data.ListAsync(cancellationToken);
            (files, _) = DataFiles.Split(files, file => file.Source, spec.Input.Format);
            // A host may be given no object, but a prefix that holds none is a wrong address.
            if (files.Count == 0 && data is S3Data)
            {
                throw new PJobException(
                    $"input.data: no objects below {plan?.DataUri ?? spec.Input.Data}; expected a prefix with the data, such as "
                        + "s3://bucket/folder/",
                    ExitCode.BadSpec
                );
            }

            units = UnitCutter.Cut(
                files.Select(f => f with { Version = Planned(f, plan?.Versions) }),
                spec,
                specFingerprint,
                modelFingerprint
            );
            if (plan is null && !IsShardedByService(spec, paths))
            {
                units = Balancer.Assign(units, hosts.Hosts.Count)[hosts.Rank];
            }
        }
        var committed = (plan?.Committed ?? []).ToHashSet(StringComparer.Ordinal);
        var open = units.Where(u => !committed.Contains(u.Id)).ToList();
        return new(open, units.Count - open.Count, specFingerprint, modelFingerprint);
    }

    /// <exception cref="PJobException">The plan knows the content by its sha256, and the file has another.</exception>
    static string Planned(SourceFile file, IReadOnlyDictionary<string, string>? versions)
    {
        var planned = versions?.GetValueOrDefault(file.Source) ?? file.Version;
        return planned == file.Version || planned.Length != file.Version.Length || file.Stamp is null
            ? planned
            : throw new PJobException(
                $"{file.Source}: changed since it was planned; nothing of it was committed; fix: run again when nothing writes to it"
            );
    }

    // Without a plan every host may have been given everything; then each takes its share. What the job's inputs say counts more
    // than the spec: taking a share of a shard would lose rows.
    static bool IsShardedByService(JobSpec spec, ContainerPaths paths)
    {
        var distributions = ProcessingJobConfig.Read(paths.ProcessingJobConfigFile).Distributions;
        return distributions.TryGetValue("/opt/ml/processing/input/data", out var type)
            ? type == "ShardedByS3Key"
            : spec.Input.Sharding == Sharding.ByKey;
    }
}
