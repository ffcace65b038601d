using System.Collections.Concurrent;
using ProcessingJob.Cli.Checking;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Finalizing;
using ProcessingJob.Storage;

namespace ProcessingJob.Cli.Check;

/// <param name="Manifest">Null when there is none that can be read.</param>
/// <param name="Faults">One line each; none: the output is as its manifest says.</param>
/// <param name="Orphans">Files of ours that the manifest does not name: no fault, but no part of the output.</param>
sealed record CheckResult(Manifest? Manifest, IReadOnlyList<string> Faults, IReadOnlyList<string> Orphans);

/// <summary>Reads a finished output again and holds it against its manifest: files, sizes, hashes, rows, schema, sums.</summary>
/// <param name="output">The output.</param>
/// <param name="progress">Told how far each long step is.</param>
sealed class OutputCheck(IOutputStore output, IProgress<StepProgress> progress)
{
    readonly ConcurrentQueue<string> _faults = new();
    readonly ConcurrentDictionary<string, string> _schemas = new(StringComparer.Ordinal);

    public async Task<CheckResult> RunAsync(CancellationToken cancellationToken)
    {
        if (await output.ReadAsync(OutputLayout.Manifest, cancellationToken) is not { } json)
        {
            await OutputRoot.CheckLayoutAsync(output, cancellationToken);
            var planned = await OutputIdentity.ReadAsync(output, cancellationToken) is { Planned: true };
            return new(
                null,
                [
                    planned
                        ? $"{OutputLayout.Manifest}: missing; the job has not finished; 'pjob status {output.Location}' says why"
                        : $"{OutputLayout.Manifest}: missing; not finalised: pjob finish {output.Location}",
                ],
                []
            );
        }

        var manifest = ContractJson.Read<Manifest>(json, OutputLayout.Manifest);
        if (await output.ReadAsync(OutputLayout.Success, cancellationToken) is null)
        {
            _faults.Enqueue($"{OutputLayout.Success}: missing; the job has not finished");
        }

        var spec = SpecReader.Parse(manifest.Spec.ToJsonString(), OutputLayout.Manifest);
        await CheckFilesAsync(manifest, spec, cancellationToken);
        CheckSchemas();
        var found = await RecordFiles.SizesAsync(output, progress, cancellationToken);
        var known = manifest.Parts.Concat(manifest.RejectFiles).Select(p => p.Path).ToHashSet(StringComparer.Ordinal);
        known.UnionWith(await CheckRecordsAsync(manifest, RecordFiles.Commits(found.Keys), cancellationToken));
        var unknown = found.Keys.Where(file => !known.Contains(file)).Order(StringComparer.Ordinal).ToList();
        foreach (var file in unknown.Where(OutputRoot.IsForeign))
        {
            _faults.Enqueue($"{file}: is no part of the job, and readers of {OutputLayout.DataFolder} would take it for one; move it away");
        }

        return new(manifest, [.. _faults.Order(StringComparer.Ordinal)], [.. unknown.Where(file => !OutputRoot.IsForeign(file))]);
    }

    Task CheckFilesAsync(Manifest manifest, JobSpec spec, CancellationToken cancellationToken)
    {
        var columns = ExpectedColumns.Of(spec);
        var rows = manifest.Parts.ToDictionary(p => p.Path, p => p.Rows, StringComparer.Ordinal);
        // The lines beside an npy matrix repeat its rows, and their record says 0.
        long Rows(PartRecord part) =>
            part.Path.EndsWith(OutputLayout.Sidecar, StringComparison.Ordinal)
                ? rows.GetValueOrDefault(part.Path[..^OutputLayout.Sidecar.Length] + ".npy")
                : part.Rows;
        PartRecord[] files = [.. manifest.Parts, .. manifest.RejectFiles];
        var done = 0L;
        return Parallel.ForEachAsync(
            files,
            cancellationToken,
            async (part, token) =>
            {
                await CheckFileAsync(part, Rows(part), columns, spec, token);
                progress.Report(new("reading the parts", Interlocked.Increment(ref done), files.Length, "files"));
            }
        );
    }

    async Task CheckFileAsync(PartRecord part, long rows, IReadOnlyList<string> expected, JobSpec spec, CancellationToken cancellationToken)
    {
        if (OutputNames.UnitOf(part.Path) is null)
        {
            Fault(part, "is not a valid part name");
            return;
        }
        using var file = await output.CopyAsync(part.Path, cancellationToken);
        if (file is null)
        {
            Fault(part, "missing");
            return;
        }
        if (new FileInfo(file.Path).Length is var size && size != part.Bytes)
        {
            Fault(part, $"has {size} bytes, expected {part.Bytes}");
        }
        else if (Fingerprints.OfFile(file.Path) is var hash && hash != part.Sha256)
        {
            Fault(part, $"its content has changed: sha256 {hash}, expected {part.Sha256}");
        }

        try
        {
            var facts = await ReadAsync(file.Path, spec, cancellationToken);
            if (facts.Rows != rows)
            {
                Fault(part, $"has {facts.Rows} rows, expected {rows}");
            }

            foreach (var fault in facts.Faults)
            {
                Fault(part, fault);
            }

            if (
                facts.Columns is { } columns
                && facts.Rows > 0
                && expected.Where(c => !columns.Contains(c)).ToList() is { Count: > 0 } missing
            )
            {
                Fault(part, $"has no column {string.Join(", ", missing)}");
            }

            if (facts.Schema.Length > 0 && facts.Rows > 0)
            {
                _schemas[part.Path] = facts.Schema;
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // A damaged file makes a reader fail in any way it likes; for the user it is always the same.
            Fault(part, $"cannot be read: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    static Task<PartFacts> ReadAsync(string path, JobSpec spec, CancellationToken cancellationToken) =>
        Path.GetExtension(path) switch
        {
            ".parquet" => ParquetPartCheck.ReadAsync(path, VectorOf(spec), cancellationToken),
            ".arrow" => ArrowPartCheck.ReadAsync(path, VectorOf(spec), cancellationToken),
            ".jsonl" or ".zst" => JsonlPartCheck.ReadAsync(path, cancellationToken),
            ".npy" => NpyPartCheck.ReadAsync(path, cancellationToken),
            var other => throw new InvalidDataException($"unknown format {other}"),
        };

    static string? VectorOf(JobSpec spec) => spec.Task == TaskKind.Embed ? TaskColumns.NameOf(spec, TaskColumns.Embedding) : null;

    // The schema that most parts have is the right one.
    void CheckSchemas()
    {
        foreach (var kind in _schemas.GroupBy(s => Path.GetExtension(s.Key)))
        {
            var common = kind.GroupBy(s => s.Value).MaxBy(g => g.Count())!.Key;
            foreach (var (path, schema) in kind.Where(s => s.Value != common))
            {
                _faults.Enqueue($"{path}: its columns are ({schema}), expected ({common})");
            }
        }
    }

    /// <returns>Paths of the records that are of this job.</returns>
    async Task<IReadOnlyList<string>> CheckRecordsAsync(Manifest manifest, IReadOnlyList<string> found, CancellationToken cancellationToken)
    {
        var units = manifest.Parts.Concat(manifest.RejectFiles).Select(p => OutputNames.UnitOf(p.Path)).OfType<string>().Distinct();
        foreach (var missing in units.Select(OutputLayout.Commit).Except(found))
        {
            _faults.Enqueue($"{missing}: missing");
        }

        var read = new UnitRecord?[found.Count];
        await RecordFiles.ReadAsync(
            output,
            found,
            (i, json) => read[i] = json is null ? null : Parse(json, found[i]),
            progress,
            cancellationToken
        );
        var ours = found
            .Zip(read)
            .Where(r => r.Second?.SpecFingerprint == manifest.SpecFingerprint && r.Second.ModelFingerprint == manifest.ModelFingerprint)
            .ToList();
        var records = ours.ConvertAll(r => r.Second!);
        var paths = ours.ConvertAll(r => r.First);
        foreach (var fault in records.Zip(paths).SelectMany(r => UnitCheck.CountFaults(r.First, r.Second)))
        {
            _faults.Enqueue(fault);
        }

        CheckSum("units", manifest.Units, records.Count);
        CheckSum("rows_in", manifest.RowsIn, records.Sum(r => r.RowsIn));
        CheckSum("rows_kept", manifest.RowsKept, records.Sum(r => r.RowsKept));
        CheckSum("rows_out", manifest.RowsOut, records.Sum(r => r.RowsOut));
        CheckSum("rejected_rows", manifest.RejectedRows, records.Sum(r => r.Rejects.Values.Sum()));
        CheckSum("tokens", manifest.Tokens, records.Sum(r => r.Tokens));
        CheckSum("truncated", manifest.Truncated, records.Sum(r => r.Truncated));
        foreach (var reason in manifest.Rejects.Keys.Union(records.SelectMany(r => r.Rejects.Keys)))
        {
            CheckSum(
                $"rejects.{reason}",
                manifest.Rejects.GetValueOrDefault(reason),
                records.Sum(r => r.Rejects.GetValueOrDefault(reason))
            );
        }

        CheckNamed(manifest.Parts.Concat(manifest.RejectFiles), records.SelectMany(UnitCheck.FilesOf));
        return paths;
    }

    void CheckSum(string name, long said, long found)
    {
        if (said != found)
        {
            _faults.Enqueue($"{OutputLayout.Manifest}: {name} is {said}, but the commit records add up to {found}");
        }
    }

    /// <summary>Path, rows, bytes and hash of every file, as the manifest and as the commit records name them.</summary>
    void CheckNamed(IEnumerable<PartRecord> manifest, IEnumerable<PartRecord> records)
    {
        var (said, found) = (manifest.ToHashSet(), records.ToHashSet());
        foreach (var part in said.Except(found))
        {
            Fault(
                part,
                $"listed in {OutputLayout.Manifest} ({part.Rows} rows, {part.Bytes} bytes, sha256 {part.Sha256}), but in no commit record"
            );
        }

        foreach (var part in found.Except(said))
        {
            Fault(
                part,
                $"listed in its commit record ({part.Rows} rows, {part.Bytes} bytes, sha256 {part.Sha256}), "
                    + $"but not in {OutputLayout.Manifest}"
            );
        }
    }

    UnitRecord? Parse(byte[] json, string path)
    {
        try
        {
            return ContractJson.Read<UnitRecord>(json, path);
        }
        catch (PJobException e) when (e.ExitCode == ExitCode.Failed)
        {
            _faults.Enqueue(e.Message);
            return null;
        }
    }

    void Fault(PartRecord part, string what) => _faults.Enqueue($"{part.Path}: {what}");
}
