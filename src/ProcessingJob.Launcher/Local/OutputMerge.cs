using ProcessingJob.Contract;
using ProcessingJob.Launcher.Finalise;

namespace ProcessingJob.Launcher.Local;

/// <summary>Moves what a host has committed into the job's output, by renames within one file system.</summary>
static class OutputMerge
{
    /// <summary>
    /// Files first, the commit record last: killed at any point, the next merge goes on. A record whose files are not all there
    /// is left behind, and its unit is done again.
    /// </summary>
    /// <returns>Units moved.</returns>
    public static int Merge(string hostOutput, LocalOutputStore output)
    {
        var units = 0;
        foreach (var commit in Files(hostOutput, OutputLayout.CommitFolder))
        {
            if (
                TryRead(File.ReadAllBytes(commit), commit) is not { } record
                || OutputNames.UnitOf(OutputLayout.Commit(record.Unit)) is null
                || !TryMoveFiles(hostOutput, record, output)
            )
            {
                continue;
            }

            Move(commit, output.PathOf(OutputLayout.Commit(record.Unit)));
            units++;
        }
        foreach (var report in Files(hostOutput, OutputLayout.ReportFolder))
        {
            Move(report, output.PathOf(OutputLayout.ReportFolder + Path.GetFileName(report)));
        }

        return units;
    }

    static bool TryMoveFiles(string hostOutput, UnitRecord record, LocalOutputStore output)
    {
        var moves = new List<(string From, string To)>();
        foreach (var part in UnitCheck.FilesOf(record))
        {
            if (OutputNames.UnitOf(part.Path) != record.Unit)
            {
                return false;
            }

            var (from, to) = (Path.Combine(hostOutput, part.Path), output.PathOf(part.Path));
            var there = new FileInfo(File.Exists(from) ? from : to);
            if (!there.Exists || there.Length != part.Bytes)
            {
                return false;
            }

            moves.Add((from, to));
        }
        foreach (var (from, to) in moves.Where(m => File.Exists(m.From)))
        {
            Move(from, to);
        }

        return true;
    }

    /// <summary>Null for a record that is damaged.</summary>
    public static UnitRecord? TryRead(byte[] json, string path)
    {
        try
        {
            return ContractJson.Read<UnitRecord>(json, path);
        }
        catch (PJobException)
        {
            return null;
        }
    }

    static void Move(string from, string to)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        File.Move(from, to, overwrite: true);
    }

    static string[] Files(string root, string folder) =>
        Directory.Exists(Path.Combine(root, folder)) ? Directory.GetFiles(Path.Combine(root, folder), "*.json") : [];
}
