using System.Collections.Concurrent;
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
    static readonly SortedDictionary<string, long> NoRejects = new(StringComparer.Ordinal);
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
    /// Takes _SUCCESS and _manifest.json away before new work changes the output, and the records of units that are to be done anew: a
    /// worker that finds a record leaves the unit alone, and rows that are read again must not be there twice.
    /// </summary>
    /// <param name="redone">Ids of those units.</param>
    /// <param name="cancellationToken">Ends it between two files.</param>
    public async Task ReopenAsync(IReadOnlySet<string> redone, CancellationToken cancellationToken = default)
    {
        await output.DeleteAsync(OutputLayout.Success, cancellationToken).ConfigureAwait(false);
        await output.DeleteAsync(OutputLayout.Manifest, cancellationToken).ConfigureAwait(false);
        var records = new List<string>();
        await foreach (var file in output.ListAsync(OutputLayout.CommitFolder, cancellationToken).ConfigureAwait(false))
        {
            if (OutputNames.UnitOf(file.Path) is { } unit && redone.Contains(unit))
            {
                records.Add(file.Path);
            }
        }

        await RecordFiles.DeleteAsync(output, records, cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    /// <exception cref="PJobException">
    /// Exit code 1: a unit is missing or not as its record says; 2: units were computed in two ways; 3: too many rejects.
    /// </exception>
    public async Task<FinalizeResult> FinishAsync(FinalizeRequest request, CancellationToken cancellationToken = default)
    {
        var sizes = await RecordFiles.SizesAsync(output, request.Progress, cancellationToken).ConfigureAwait(false);
        var records = await ReadRecordsAsync(request, sizes, cancellationToken).ConfigureAwait(false);
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

        var orphans = FindOrphans(sizes.Keys, records);
        if (request.RemoveOrphans)
        {
            var groups = orphans.ToLookup(path => path.StartsWith(OutputLayout.CommitFolder, StringComparison.Ordinal));
            foreach (var commits in new[] { true, false })
            {
                await RecordFiles.DeleteAsync(output, [.. groups[commits]], request.Progress, cancellationToken).ConfigureAwait(false);
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
        var sizes = await RecordFiles.SizesAsync(output, cancellationToken: cancellationToken).ConfigureAwait(false);
        return manifest.Parts.Concat(manifest.RejectFiles).All(p => sizes.TryGetValue(p.Path, out var size) && size == p.Bytes)
            && sizes.Keys.Count(path => path.StartsWith(OutputLayout.CommitFolder, StringComparison.Ordinal)) >= manifest.Units;
    }

    // A damaged manifest says nothing: it is written anew.
    internal static Manifest? TryRead(byte[] json)
    {
        try
        {
            return ContractJson.Read<Manifest>(json, OutputLayout.Manifest);
        }
        catch (PJobException e) when (e.ExitCode == ExitCode.Failed)
        {
            return null;
        }
    }

    async Task<UnitRecord[]> ReadRecordsAsync(FinalizeRequest request, Dictionary<string, long> sizes, CancellationToken cancellationToken)
    {
        var units = request.Units;
        var missing = units.Where(u => !sizes.ContainsKey(OutputLayout.Commit(u.Id))).ToList();
        if (missing.Count > 0)
        {
            throw new PJobException(
                $"{output.Location}: {missing.Count} of {units.Count} units have no commit record, the first is {missing[0].Source} "
                    + $"{missing[0].Start}-{missing[0].End}; fix: run again to do them"
            );
        }

        var records = new UnitRecord[units.Count];
        var faults = new ConcurrentQueue<(int Unit, string Fault)>();
        IReadOnlyList<ColumnRecord>? columns = null;
        await RecordFiles
            .ReadAsync(
                output,
                [.. units.Select(u => OutputLayout.Commit(u.Id))],
                (i, record) =>
                {
                    foreach (var fault in UnitCheck.Faults(units[i], record, request.Identity, sizes))
                    {
                        faults.Enqueue((i, fault));
                    }

                    records[i] = Light(record, units[i], request.Identity, ref columns);
                },
                request.Progress,
                cancellationToken
            )
            .ConfigureAwait(false);
        return faults.IsEmpty
            ? records
            : throw new PJobException(
                $"{output.Location}: {Some([.. faults.OrderBy(f => f.Unit).Select(f => f.Fault)])}; fix: run again to do these units anew"
            );
    }

    /// <summary>
    /// Without the names of its files, of which there may be a million, and with what it has in common with others held once: there may be
    /// hundreds of thousands.
    /// </summary>
    static UnitRecord Light(UnitRecord record, WorkUnit unit, OutputIdentity identity, ref IReadOnlyList<ColumnRecord>? columns)
    {
        var first = Interlocked.CompareExchange(ref columns, record.Columns, null) ?? record.Columns;
        return record with
        {
            Unit = record.Unit == unit.Id ? unit.Id : record.Unit,
            SourceFile = record.FirstFile == unit.Source ? unit.Source : record.FirstFile,
            Files = null,
            Version = "",
            SpecFingerprint = identity.SpecFingerprint,
            ModelFingerprint = identity.ModelFingerprint,
            Columns = first is not null && record.Columns is not null && first.SequenceEqual(record.Columns) ? first : record.Columns,
            Rejects = record.Rejects.Count == 0 ? NoRejects : record.Rejects,
            Parts = [.. record.Parts],
        };
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
    internal static List<string> FindOrphans(IEnumerable<string> files, IReadOnlyList<UnitRecord> records)
    {
        var known = records
            .SelectMany(UnitCheck.FilesOf)
            .Select(p => p.Path)
            .Concat(records.Select(r => OutputLayout.Commit(r.Unit)))
            .ToHashSet(StringComparer.Ordinal);
        return
        [
            .. files
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
