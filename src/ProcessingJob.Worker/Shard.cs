using ProcessingJob.Contract;
using ProcessingJob.Contract.Container;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Reading;
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
        if (plan is not null && plan.HostCount != hosts.Hosts.Count)
        {
            throw new PJobException(
                $"{paths.PlanFile}: made for {plan.HostCount} hosts, but the job has {hosts.Hosts.Count}; plan again with "
                    + "this instance_count"
            );
        }

        if (plan is { Sharding: Sharding.Balanced })
        {
            var work = await PlanFiles.ReadHostAsync(paths, hosts.Rank, cancellationToken);
            return new(work.Units, work.Committed, specFingerprint, modelFingerprint);
        }

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

        files = await FileShapes.LookAsync(files, spec.Input, data, cancellationToken: cancellationToken);
        var done = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        if (plan is not null)
        {
            files = await PlannedAsync(files, paths, done, cancellationToken);
        }

        var units = UnitCutter.Cut(
            files,
            file => done.GetValueOrDefault(file.Source) is [PlannedFile.All, ..],
            spec,
            specFingerprint,
            modelFingerprint
        );
        if (plan is null && !IsShardedByService(spec, paths))
        {
            units = Balancer.Assign(units, hosts.Hosts.Count)[hosts.Rank];
        }

        var open = units.Where(u => done.GetValueOrDefault(u.Source) is not { } ids || !ids.Contains(u.Id)).ToList();
        var committed = done.Values.SelectMany(ids => ids).Where(id => id != PlannedFile.All).Distinct().Count();
        return new(open, committed, specFingerprint, modelFingerprint);
    }

    /// <summary>The host's files by the versions that the plan knows them by, and what of them is done.</summary>
    /// <exception cref="PJobException">The plan knows the content by its sha256, and a file has another.</exception>
    static async Task<IReadOnlyList<SourceFile>> PlannedAsync(
        IReadOnlyList<SourceFile> files,
        ContainerPaths paths,
        Dictionary<string, IReadOnlyList<string>> done,
        CancellationToken cancellationToken
    )
    {
        var own = files.ToDictionary(f => f.Source, StringComparer.Ordinal);
        await foreach (var planned in PlanFiles.ReadFilesAsync(paths, cancellationToken))
        {
            if (!own.TryGetValue(planned.Source, out var file))
            {
                continue;
            }

            if (planned.Version != file.Version && planned.Version.Length == file.Version.Length && file.Stamp is not null)
            {
                throw new PJobException(
                    $"{file.Source}: changed since it was planned; nothing of it was committed; fix: run again when nothing writes to it"
                );
            }

            own[planned.Source] = file with { Version = planned.Version };
            if (planned.Done is not null)
            {
                done[planned.Source] = planned.Done;
            }
        }

        return [.. files.Select(f => own[f.Source])];
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
