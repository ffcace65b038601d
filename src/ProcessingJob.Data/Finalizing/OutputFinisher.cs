using System.Collections.Concurrent;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Finalizing;

/// <param name="Manifest">Of the output.</param>
/// <param name="Already">It was finished before, from the same units: nothing was written.</param>
/// <param name="Removed">Files of ours that belonged to no unit.</param>
public sealed record FinishedUnits(Manifest Manifest, bool Already, IReadOnlyList<string> Removed);

/// <summary>
/// Finishes an output from its commit records alone, without the plan: whoever started the workers need not stay to the end.
/// </summary>
public sealed class OutputFinisher(IOutputStore output, TimeProvider time)
{
    const int ReadsAtOnce = 16;

    /// <param name="sources">Names of all files of the input; null: they are not known, and those of the records are all there is.</param>
    /// <param name="removeOrphans">Remove files of ours that belong to no unit; otherwise they are an error.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="PJobException">
    /// Exit code 1: something is missing or not as its record says; 2: it is no output, or one of two specs, models or versions of a
    /// file; 3: too many rejects.
    /// </exception>
    public async Task<FinishedUnits> FinishAsync(
        IReadOnlyCollection<string>? sources = null,
        bool removeOrphans = false,
        CancellationToken cancellationToken = default
    )
    {
        await OutputRoot.CheckAsync(output, cancellationToken).ConfigureAwait(false);
        var identity =
            await OutputIdentity.ReadAsync(output, cancellationToken).ConfigureAwait(false)
            ?? throw new PJobException(
                $"{output.Location}: has no {OutputIdentity.Path}, so that it is no output of a job; fix: name the folder or prefix that "
                    + $"{OutputLayout.CommitFolder} lies in",
                ExitCode.BadSpec
            );
        var files = await ListAsync(cancellationToken).ConfigureAwait(false);
        var records = await ReadAsync(files, cancellationToken).ConfigureAwait(false);
        CheckOrigin(identity, records);
        var missing = sources?.Except(records.Select(r => r.SourceFile)).Order(StringComparer.Ordinal).ToList() ?? [];
        if (missing.Count > 0)
        {
            throw new PJobException(
                $"{output.Location}: no unit of {Some(missing)} is committed; fix: run the job again, which does what is missing"
            );
        }

        var orphans = Finalizer.FindOrphans(files, records);
        if (orphans.Count > 0 && !removeOrphans)
        {
            throw new PJobException(
                $"{output.Location}: {Some(orphans)} belong to no committed unit: the job is still running, or a host of it died; fix: "
                    + "wait for its end or run it again; with --remove-orphans they are removed"
            );
        }

        if (orphans.Count == 0 && await FindFinishedAsync(records, cancellationToken).ConfigureAwait(false) is { } finished)
        {
            return new(finished, Already: true, []);
        }

        var reports = await HostReports.ReadAsync(output, cancellationToken).ConfigureAwait(false);
        var result = await new Finalizer(output, time)
            .FinishAsync(
                new()
                {
                    Job = identity.Spec.Name,
                    Spec = identity.Spec,
                    Identity = identity,
                    DataFingerprint = Fingerprints.OfItems(records.Select(r => (r.SourceFile, r.Version)).Distinct()),
                    Units = [.. records.Select(UnitOf)],
                    Hosts = [.. reports.Select(r => r.Host)],
                    RemoveOrphans = removeOrphans,
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        return new(result.Manifest, Already: false, result.Orphans);
    }

    // The format matters to those who read the source, which is done.
    static WorkUnit UnitOf(UnitRecord r) => new(r.Unit, r.SourceFile, InputFormat.Auto, r.Start, r.End, r.Size, r.Version);

    async Task<List<StoredFile>> ListAsync(CancellationToken cancellationToken)
    {
        var files = new List<StoredFile>();
        foreach (var prefix in new[] { OutputLayout.CommitFolder, OutputLayout.DataFolder, OutputLayout.RejectFolder })
        {
            await foreach (var file in output.ListAsync(prefix, cancellationToken).ConfigureAwait(false))
            {
                files.Add(file);
            }
        }

        return files;
    }

    /// <summary>In the order of the input.</summary>
    async Task<List<UnitRecord>> ReadAsync(List<StoredFile> files, CancellationToken cancellationToken)
    {
        var records = new ConcurrentBag<UnitRecord>();
        var paths = files
            .Select(f => f.Path)
            .Where(p => p.StartsWith(OutputLayout.CommitFolder, StringComparison.Ordinal) && OutputNames.UnitOf(p) is not null);
        await Parallel
            .ForEachAsync(
                paths,
                new ParallelOptions { MaxDegreeOfParallelism = ReadsAtOnce, CancellationToken = cancellationToken },
                async (path, token) =>
                {
                    var json =
                        await output.ReadAsync(path, token).ConfigureAwait(false)
                        ?? throw new PJobException($"{output.Location}/{path}: vanished while it was read");
                    var record = ContractJson.Read<UnitRecord>(json, $"{output.Location}/{path}");
                    records.Add(
                        OutputLayout.Commit(record.Unit) == path
                            ? record
                            : throw new PJobException($"{output.Location}/{path}: is the record of unit {record.Unit}; fix: remove it")
                    );
                }
            )
            .ConfigureAwait(false);
        return records.IsEmpty
            ? throw new PJobException($"{output.Location}: no unit is committed, so that there is nothing to finish", ExitCode.BadSpec)
            : [.. records.OrderBy(r => r.SourceFile, StringComparer.Ordinal).ThenBy(r => r.Start)];
    }

    /// <summary>One spec, one model, every file in one version and from first byte to last: else rows are there twice or not.</summary>
    void CheckOrigin(OutputIdentity identity, List<UnitRecord> records)
    {
        CheckOne("specs", identity.SpecFingerprint, records, r => r.SpecFingerprint);
        CheckOne("models", identity.ModelFingerprint, records, r => r.ModelFingerprint);
        foreach (var file in records.GroupBy(r => r.SourceFile))
        {
            var first = file.First();
            if (file.FirstOrDefault(r => (r.Version, r.Size) != (first.Version, first.Size)) is { } other)
            {
                throw new PJobException(
                    $"{output.Location}: {file.Key} was read in two versions ({first.Version} in {OutputLayout.Commit(first.Unit)}, "
                        + $"{other.Version} in {OutputLayout.Commit(other.Unit)}), so that its rows are there twice; fix: remove this "
                        + "output and run the job again, or run it with pjob, which does changed files anew",
                    ExitCode.BadSpec
                );
            }

            long end = 0;
            foreach (var unit in file.OrderBy(r => r.Start))
            {
                if (unit.Start != end)
                {
                    throw Gap(file.Key, end, unit.Start);
                }

                end = unit.End;
            }

            if (end != first.Size)
            {
                throw Gap(file.Key, end, first.Size);
            }
        }
    }

    PJobException Gap(string file, long from, long to) =>
        from < to
            ? new($"{output.Location}: bytes {from}-{to} of {file} are in no committed unit; fix: run the job again")
            : new(
                $"{output.Location}: bytes {to}-{from} of {file} are in two units; fix: remove this output and run the job again",
                ExitCode.BadSpec
            );

    void CheckOne(string what, string own, List<UnitRecord> records, Func<UnitRecord, string> of)
    {
        var kinds = records.GroupBy(of).OrderBy(g => g.Key, StringComparer.Ordinal).ToList();
        if (kinds.Count > 1 || kinds[0].Key != own)
        {
            var said = kinds.Select(g => $"{g.Key} ({g.Count()} units, {g.First().SourceFile} first)").ToList();
            throw new PJobException(
                $"{output.Location}: holds units of two {what}: {string.Join(" and ", said)}"
                    + (kinds.Count > 1 ? "" : $", but {OutputIdentity.Path} is of {own}")
                    + "; fix: give every job an output of its own, and run again",
                ExitCode.BadSpec
            );
        }
    }

    async Task<Manifest?> FindFinishedAsync(List<UnitRecord> records, CancellationToken cancellationToken)
    {
        if (
            await output.ReadAsync(OutputLayout.Success, cancellationToken).ConfigureAwait(false) is null
            || await output.ReadAsync(OutputLayout.Manifest, cancellationToken).ConfigureAwait(false) is not { } json
            || Finalizer.TryRead(json) is not { } manifest
        )
        {
            return null;
        }

        var files = records.SelectMany(UnitCheck.FilesOf).ToHashSet();
        return
            manifest.Units == records.Count
            && manifest.SpecFingerprint == records[0].SpecFingerprint
            && manifest.ModelFingerprint == records[0].ModelFingerprint
            && files.SetEquals(manifest.Parts.Concat(manifest.RejectFiles))
            ? manifest
            : null;
    }

    static string Some(List<string> names) => string.Join(", ", names.Take(3)) + (names.Count > 3 ? $" and {names.Count - 3} more" : "");
}
