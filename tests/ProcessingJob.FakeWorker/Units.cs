using System.Security.Cryptography;
using System.Text;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Container;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;

namespace ProcessingJob.FakeWorker;

static class Units
{
    public static IEnumerable<SourceFile> Files(string root, IReadOnlyDictionary<string, PlannedFile> planned) =>
        Directory
            .EnumerateFiles(root, "*", SearchOption.AllDirectories)
            .Select(path => new SourceFile(
                Path.GetRelativePath(root, path),
                new FileInfo(path).Length,
                planned[Path.GetRelativePath(root, path)].Version
            ));

    /// <summary>Writes the unit's files and, last, its record; returns its rows.</summary>
    public static long Do(WorkUnit unit, WorkPlan plan, ContainerPaths paths)
    {
        var lines = unit
            .Pieces.SelectMany(piece => Lines(Path.Combine(paths.Data, piece.Source), piece))
            .ToLookup(line => line.Contains("bad", StringComparison.Ordinal));
        var (good, bad) = (lines[false].ToList(), lines[true].ToList());
        var rejects = bad.Select(
            (line, i) =>
                Encoding.UTF8.GetString(
                    System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(
                        new Reject(unit.Source, i, 0, RejectReason.BadRecord, "says bad", line),
                        ContractJson.Options
                    )
                )
        );
        var record = unit.ToRecord() with
        {
            SpecFingerprint = plan.SpecFingerprint,
            ModelFingerprint = plan.ModelFingerprint,
            RowsIn = good.Count + bad.Count,
            RowsKept = good.Count,
            RowsOut = good.Count,
            Rejects =
                bad.Count == 0
                    ? new SortedDictionary<string, long>()
                    : new SortedDictionary<string, long> { [RejectReason.BadRecord] = bad.Count },
            Parts = good.Count == 0 ? [] : [Write(paths, OutputLayout.Part(unit.Id, 0, null, ".jsonl"), good)],
            RejectFile = bad.Count == 0 ? null : Write(paths, OutputLayout.Rejects(unit.Id), rejects),
        };
        var commit = Path.Combine(paths.Output, OutputLayout.Commit(unit.Id));
        Directory.CreateDirectory(Path.GetDirectoryName(commit)!);
        File.WriteAllBytes(commit + ".tmp", ContractJson.Write(record));
        File.Move(commit + ".tmp", commit);
        return record.RowsIn;
    }

    static PartRecord Write(ContainerPaths paths, string name, IEnumerable<string> lines)
    {
        var path = Path.Combine(paths.Output, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var list = lines.ToList();
        File.WriteAllLines(path, list);
        return new(name, list.Count, new FileInfo(path).Length, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path))));
    }

    // The lines that start in the range.
    static IEnumerable<string> Lines(string path, WorkUnit unit)
    {
        var text = File.ReadAllText(path, Encoding.Latin1);
        var start = unit.Start == 0 ? 0 : text.IndexOf('\n', (int)unit.Start - 1) + 1;
        while (start < unit.End && (unit.Start == 0 || start > 0))
        {
            var end = text.IndexOf('\n', start);
            end = end < 0 ? text.Length : end;
            yield return text[start..end];
            start = end + 1;
        }
    }
}
