using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Finalizing;

/// <summary>
/// Turns committed units into a finished output: checks that nothing is lost, then writes _manifest.json and, last, _SUCCESS.
/// </summary>
public sealed class Finalizer(IOutputStore output, TimeProvider time)
{
    const int ReadsAtOnce = 16;
    static readonly JobWarning NoRows = new("no_rows", "no row reached the output: its parts have columns and no rows");

    /// <summary>
    /// The manifest when the output is finished with exactly this spec, model and data and few enough rejects, and all its files are
    /// there in full size; otherwise null. Only 'pjob check' reads the files again.
    /// </summary>
    public async Task<Manifest?> FindFinishedAsync(
        OutputIdentity identity,
        string dataFingerprint,
        CancellationToken cancellationToken = default
    )
    {
        if (
            await output.ReadAsync(OutputLayout.Success, cancellationToken).ConfigureAwait(false) is null
            || await output.ReadAsync(OutputLayout.Manifest, cancellationToken).ConfigureAwait(false) is not { } json
        )
        {
            return null;
        }

        if (TryRead(json) is not { } manifest)
        {
            return null;
        }

        var same =
            (manifest.SpecFingerprint, manifest.ModelFingerprint, manifest.DataFingerprint)
            == (identity.SpecFingerprint, identity.ModelFingerprint, dataFingerprint);
        return
            same
            && manifest.RejectedRows <= identity.Spec.Rejects.MaxFraction * manifest.RowsIn
            && await IsWholeAsync(manifest, cancellationToken).ConfigureAwait(false)
            ? manifest
            : null;
    }

    /// <summary>
    /// Takes _SUCCESS and _manifest.json away before new work changes the output, and the records of units that are to be done anew
    /// because they are not whole: a worker that finds a record leaves the unit alone.
    /// </summary>
    /// <param name="left">Ids of the units to be done.</param>
    /// <param name="cancellationToken">Ends it between two files.</param>
    public async Task ReopenAsync(IReadOnlySet<string> left, CancellationToken cancellationToken = default)
    {
        await output.DeleteAsync(OutputLayout.Success, cancellationToken).ConfigureAwait(false);
        await output.DeleteAsync(OutputLayout.Manifest, cancellationToken).ConfigureAwait(false);
        var broken = new List<string>();
        await foreach (var file in output.ListAsync(OutputLayout.CommitFolder, cancellationToken).ConfigureAwait(false))
        {
            if (OutputNames.UnitOf(file.Path) is { } unit && left.Contains(unit))
            {
                broken.Add(file.Path);
            }
        }
        foreach (var record in broken)
        {
            await output.DeleteAsync(record, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <exception cref="PJobException">
    /// Exit code 1: a unit is missing or not as its record says; 2: units were computed in two ways; 3: too many rejects.
    /// </exception>
    public async Task<FinalizeResult> FinishAsync(FinalizeRequest request, CancellationToken cancellationToken = default)
    {
        var files = await ListFilesAsync(cancellationToken).ConfigureAwait(false);
        var records = await ReadRecordsAsync(request.Units, files, cancellationToken).ConfigureAwait(false);
        var sizes = files.ToDictionary(f => f.Path, f => f.Size, StringComparer.Ordinal);
        var faults = request
            .Units.Zip(records, (unit, record) => UnitCheck.Faults(unit, record, request.Identity, sizes))
            .SelectMany(f => f)
            .ToList();
        if (faults.Count > 0)
        {
            throw new PJobException($"{output.Location}: {Some(faults)}; fix: run again to do these units anew");
        }

        await CheckRejectsAsync(request.Spec, records, cancellationToken).ConfigureAwait(false);
        if (SchemaCheck.Fault(records) is { } fault)
        {
            throw new PJobException($"{output.Location}: {fault}");
        }

        var kinds = MixedDevices.Kinds(records);
        if (kinds.Count > 1 && !request.Spec.Compute.AllowMixedDevices)
        {
            throw new PJobException($"{output.Location}: {MixedDevices.Message($"{kinds[1]}", kinds[0])}", ExitCode.BadSpec);
        }

        var orphans = FindOrphans(files, records);
        if (request.RemoveOrphans)
        {
            foreach (var orphan in orphans)
            {
                await output.DeleteAsync(orphan, cancellationToken).ConfigureAwait(false);
            }
        }
        var reports = await HostReports.ReadAsync(output, cancellationToken).ConfigureAwait(false);
        var manifest = ManifestOf(request, records) with
        {
            Resolved = reports.Select(r => r.Resolved).FirstOrDefault(r => r is not null),
            Warnings =
            [
                .. request
                    .Warnings.Concat(reports.SelectMany(r => r.Warnings))
                    .Concat(records.All(r => r.RowsOut == 0) ? [NoRows] : [])
                    .Distinct()
                    .OrderBy(w => w.Code, StringComparer.Ordinal)
                    .ThenBy(w => w.Message, StringComparer.Ordinal),
            ],
        };
        await output.WriteAsync(OutputLayout.Manifest, ContractJson.Write(manifest), cancellationToken).ConfigureAwait(false);
        await output.WriteAsync(OutputLayout.Success, ReadOnlyMemory<byte>.Empty, cancellationToken).ConfigureAwait(false);
        return new(manifest, orphans);
    }

    async Task<bool> IsWholeAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        var there = (await ListFilesAsync(cancellationToken).ConfigureAwait(false)).ToHashSet();
        return manifest.Parts.Concat(manifest.RejectFiles).All(p => there.Contains(new(p.Path, p.Bytes)))
            && there.Count(f => f.Path.StartsWith(OutputLayout.CommitFolder, StringComparison.Ordinal)) >= manifest.Units;
    }

    // A damaged manifest says nothing: it is written anew.
    internal static Manifest? TryRead(byte[] json)
    {
        try
        {
            return ContractJson.Read<Manifest>(json, OutputLayout.Manifest);
        }
        catch (PJobException)
        {
            return null;
        }
    }

    async Task<List<StoredFile>> ListFilesAsync(CancellationToken cancellationToken)
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

    async Task<UnitRecord[]> ReadRecordsAsync(IReadOnlyList<WorkUnit> units, List<StoredFile> files, CancellationToken cancellationToken)
    {
        var there = files.Select(f => f.Path).ToHashSet(StringComparer.Ordinal);
        var missing = units.Where(u => !there.Contains(OutputLayout.Commit(u.Id))).ToList();
        if (missing.Count > 0)
        {
            throw new PJobException(
                $"{output.Location}: {missing.Count} of {units.Count} units have no commit record, the first is {missing[0].Source} "
                    + $"{missing[0].Start}-{missing[0].End}; fix: run again to do them"
            );
        }
        var records = new UnitRecord[units.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = ReadsAtOnce, CancellationToken = cancellationToken };
        await Parallel
            .ForAsync(
                0,
                units.Count,
                options,
                async (i, token) =>
                {
                    var path = OutputLayout.Commit(units[i].Id);
                    var json =
                        await output.ReadAsync(path, token).ConfigureAwait(false)
                        ?? throw new PJobException($"{output.Location}/{path}: vanished while it was read");
                    records[i] = ContractJson.Read<UnitRecord>(json, $"{output.Location}/{path}");
                }
            )
            .ConfigureAwait(false);
        return records;
    }

    async Task CheckRejectsAsync(JobSpec spec, UnitRecord[] records, CancellationToken cancellationToken)
    {
        var (rows, rejected) = (records.Sum(r => r.RowsIn), records.Sum(r => r.Rejects.Values.Sum()));
        if (rejected <= spec.Rejects.MaxFraction * rows)
        {
            return;
        }

        var samples = await RejectSamples.ReadAsync(output, records, cancellationToken).ConfigureAwait(false);
        throw new PJobException(RejectSamples.Message(rows, rejected, spec.Rejects.MaxFraction, samples), ExitCode.Rejects);
    }

    // Records come first: without its record a part is an orphan, but a record without its part is a fault.
    internal static List<string> FindOrphans(IReadOnlyList<StoredFile> files, IReadOnlyList<UnitRecord> records)
    {
        var known = records
            .SelectMany(UnitCheck.FilesOf)
            .Select(p => p.Path)
            .Concat(records.Select(r => OutputLayout.Commit(r.Unit)))
            .ToHashSet(StringComparer.Ordinal);
        return
        [
            .. files
                .Select(f => f.Path)
                .Where(path => OutputNames.UnitOf(path) is not null && !known.Contains(path))
                .OrderByDescending(path => path.StartsWith(OutputLayout.CommitFolder, StringComparison.Ordinal))
                .ThenBy(path => path, StringComparer.Ordinal),
        ];
    }

    Manifest ManifestOf(FinalizeRequest request, UnitRecord[] records)
    {
        var rejects = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var (reason, count) in records.SelectMany(r => r.Rejects))
        {
            rejects[reason] = rejects.GetValueOrDefault(reason) + count;
        }

        return new()
        {
            Job = request.Job,
            FinishedAt = time.GetUtcNow(),
            Spec = SpecWriter.ToJson(StoredSpec.Of(request.Spec)),
            SpecFingerprint = request.Identity.SpecFingerprint,
            ModelFingerprint = request.Identity.ModelFingerprint,
            DataFingerprint = request.DataFingerprint,
            RowsIn = records.Sum(r => r.RowsIn),
            RowsKept = records.Sum(r => r.RowsKept),
            RowsOut = records.Sum(r => r.RowsOut),
            RejectedRows = rejects.Values.Sum(),
            Rejects = rejects,
            Tokens = records.Sum(r => r.Tokens),
            Truncated = records.Sum(r => r.Truncated),
            Units = records.Length,
            Parts = [.. records.SelectMany(r => r.Parts)],
            RejectFiles = [.. records.Select(r => r.RejectFile).OfType<PartRecord>()],
            Hosts = request.Hosts,
            Computed = MixedDevices.Kinds(records),
        };
    }

    static string Some(List<string> faults) =>
        string.Join("; ", faults.Take(3)) + (faults.Count > 3 ? $"; and {faults.Count - 3} more" : "");
}
