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
    /// <param name="sources">Names of all files of the input; null: they are not known, and those of the records are all there is.</param>
    /// <param name="removeOrphans">Remove files of ours that belong to no unit; otherwise they are an error.</param>
    /// <param name="progress">Told of steps that may take long.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="PJobException">
    /// Exit code 1: something is missing or not as its record says; 2: it is no output, or one of two specs, models or versions of a
    /// file; 3: too many rejects.
    /// </exception>
    public async Task<FinishedUnits> FinishAsync(
        IReadOnlyCollection<string>? sources = null,
        bool removeOrphans = false,
        IProgress<StepProgress>? progress = null,
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
        var files = await RecordFiles.SizesAsync(output, progress, cancellationToken).ConfigureAwait(false);
        var records = await ReadAsync(files.Keys, progress, cancellationToken).ConfigureAwait(false);
        CheckOrigin(identity, records);
        var missing =
            sources?.Except(records.SelectMany(r => r.Sources).Select(f => f.Source)).Order(StringComparer.Ordinal).ToList() ?? [];
        if (missing.Count > 0)
        {
            throw new PJobException(
                $"{output.Location}: no unit of {Some(missing)} is committed; fix: run the job again, which does what is missing"
            );
        }

        var orphans = Finalizer.FindOrphans(files.Keys, records);
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
                    DataFingerprint = Fingerprints.OfItems(
                        records.SelectMany(r => r.Sources).Select(f => (f.Source, f.Version)).Distinct()
                    ),
                    Units = [.. records.Select(UnitOf)],
                    Hosts = [.. reports.Select(r => r.Host)],
                    RemoveOrphans = removeOrphans,
                    Progress = progress,
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        return new(result.Manifest, Already: false, result.Orphans);
    }

    // The format matters to those who read the source, which is done.
    static WorkUnit UnitOf(UnitRecord r) =>
        new(r.Unit, r.FirstFile, InputFormat.Auto, r.Start, r.End, r.Size, r.Version)
        {
            Files = r.Files is null ? null : [.. r.Files.Select(f => new SourceFile(f.Source, f.Size, f.Version))],
        };

    /// <summary>In the order of the input.</summary>
    async Task<List<UnitRecord>> ReadAsync(
        IEnumerable<string> files,
        IProgress<StepProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        var paths = RecordFiles.Commits(files);
        var records = new UnitRecord[paths.Count];
        await RecordFiles
            .ReadAsync(
                output,
                paths,
                (i, record) =>
                    records[i] =
                        OutputLayout.Commit(record.Unit) == paths[i]
                            ? record
                            : throw new PJobException($"{output.Location}/{paths[i]}: is the record of unit {record.Unit}; fix: remove it"),
                progress,
                cancellationToken
            )
            .ConfigureAwait(false);
        return records.Length == 0
            ? throw new PJobException($"{output.Location}: no unit is committed, so that there is nothing to finish", ExitCode.BadSpec)
            : [.. records.OrderBy(r => r.FirstFile, StringComparer.Ordinal).ThenBy(r => r.Start)];
    }

    /// <summary>One spec, one model, every file in one version and from first byte to last: else rows are there twice or not.</summary>
    void CheckOrigin(OutputIdentity identity, List<UnitRecord> records)
    {
        CheckOne("specs", identity.SpecFingerprint, records, r => r.SpecFingerprint);
        CheckOne("models", identity.ModelFingerprint, records, r => r.ModelFingerprint);
        var pieces = records
            .SelectMany(r =>
                r.Sources.Select(f => (File: f, Unit: r.Unit, Start: r.Files is null ? r.Start : 0, End: r.Files is null ? r.End : f.Size))
            )
            .ToArray();
        Array.Sort(
            pieces,
            (a, b) =>
                string.CompareOrdinal(a.File.Source, b.File.Source) is var c && c != 0 ? c : (a.Start, a.End).CompareTo((b.Start, b.End))
        );
        for (var from = 0; from < pieces.Length; )
        {
            var first = pieces[from];
            var to = from;
            long end = 0;
            for (; to < pieces.Length && pieces[to].File.Source == first.File.Source; to++)
            {
                var piece = pieces[to];
                if (piece.File != first.File)
                {
                    throw new PJobException(
                        $"{output.Location}: {piece.File.Source} was read in two versions ({first.File.Version} in "
                            + $"{OutputLayout.Commit(first.Unit)}, {piece.File.Version} in {OutputLayout.Commit(piece.Unit)}), so that its "
                            + "rows are there twice; fix: remove this output and run the job again, or run it with pjob, which does "
                            + "changed files anew",
                        ExitCode.BadSpec
                    );
                }

                // An empty file in two units is there twice too.
                if (piece.Start != end || (to > from && piece.End == piece.Start))
                {
                    throw Gap(piece.File.Source, end, piece.Start);
                }

                end = piece.End;
            }

            if (end != first.File.Size)
            {
                throw Gap(first.File.Source, end, first.File.Size);
            }

            from = to;
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
            var said = kinds.Select(g => $"{g.Key} ({g.Count()} units, {g.First().FirstFile} first)").ToList();
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
