using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Data.Finalizing;
using ProcessingJob.Storage;

namespace ProcessingJob.Launcher.Local;

/// <summary>
/// Moves what hosts have committed into the job's output, by renames within one file system. What was moved is safe only after
/// <see cref="Sync"/>.
/// </summary>
sealed class OutputMerge(LocalStore output)
{
    readonly HashSet<string> _folders = new(StringComparer.Ordinal);
    readonly List<string> _leftBehind = [];

    /// <summary>Commit records that were not moved, and why; their units are done again.</summary>
    public IReadOnlyList<string> LeftBehind => _leftBehind;

    /// <summary>
    /// Files first, the commit record last: killed at any point, the next merge goes on. A record whose files are not all there
    /// is left behind.
    /// </summary>
    /// <returns>Units moved.</returns>
    public int Merge(string hostOutput)
    {
        var units = 0;
        foreach (var commit in Files(hostOutput, OutputLayout.CommitFolder))
        {
            if (Fault(hostOutput, commit, out var record) is { } fault)
            {
                _leftBehind.Add($"{OutputLayout.CommitFolder}{Path.GetFileName(commit)}: {fault}");
                continue;
            }

            foreach (var part in UnitCheck.FilesOf(record!).Where(part => File.Exists(Path.Combine(hostOutput, part.Path))))
            {
                Move(Path.Combine(hostOutput, part.Path), part.Path);
            }

            Move(commit, OutputLayout.Commit(record!.Unit));
            units++;
        }
        foreach (var report in Files(hostOutput, OutputLayout.ReportFolder))
        {
            Move(report, OutputLayout.ReportFolder + Path.GetFileName(report));
        }

        return units;
    }

    /// <summary>Puts the new names on the disk, each folder once: _SUCCESS must not be there before what it stands for.</summary>
    public void Sync()
    {
        foreach (var folder in _folders)
        {
            output.SyncFolder(folder);
        }

        _folders.Clear();
    }

    /// <summary>Null for a record that is damaged.</summary>
    public static UnitRecord? TryRead(byte[] json, string path)
    {
        try
        {
            return ContractJson.Read<UnitRecord>(json, path);
        }
        catch (PJobException e) when (e.ExitCode == ExitCode.Failed)
        {
            return null;
        }
    }

    string? Fault(string hostOutput, string commit, out UnitRecord? record)
    {
        record = TryRead(File.ReadAllBytes(commit), commit);
        if (record is null)
        {
            return "damaged";
        }

        if (OutputNames.UnitOf(OutputLayout.Commit(record.Unit)) is null)
        {
            return $"names no unit ({record.Unit})";
        }

        foreach (var part in UnitCheck.FilesOf(record))
        {
            if (OutputNames.UnitOf(part.Path) != record.Unit)
            {
                return $"names {part.Path}, which is no file of unit {record.Unit}";
            }

            var from = Path.Combine(hostOutput, part.Path);
            var there = new FileInfo(File.Exists(from) ? from : output.PathOf(part.Path));
            if (!there.Exists || there.Length != part.Bytes)
            {
                return $"{part.Path}: found {(there.Exists ? $"{there.Length} bytes" : "no such file")}, expected {part.Bytes} bytes";
            }
        }
        return null;
    }

    void Move(string from, string path)
    {
        output.MoveIn(from, path);
        _folders.Add(path[..path.LastIndexOf('/')]);
    }

    static string[] Files(string root, string folder) =>
        Directory.Exists(Path.Combine(root, folder)) ? Directory.GetFiles(Path.Combine(root, folder), "*.json") : [];
}
