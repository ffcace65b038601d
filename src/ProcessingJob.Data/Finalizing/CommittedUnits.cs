using System.Collections.Concurrent;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Finalizing;

/// <summary>
/// Which units an output really has: a commit record counts only when all that it names is there in full size and its files are those of
/// the
/// input. The service uploads a unit's files in any order, so that after a job that died a record may stand without its parts; and somebody
/// may have removed them.
/// </summary>
/// <remarks>
/// How files were gathered does not matter: an output that grows with its input keeps its units, and only files that are new, or were in a
/// unit with one that changed, are read again.
/// </remarks>
public static class CommittedUnits
{
    /// <param name="output">The output.</param>
    /// <param name="files">Of the input, in ordinal order.</param>
    /// <param name="planned">Ids of the units that a first run would make: they come before others.</param>
    /// <param name="identity">Of the output.</param>
    /// <param name="progress">Told of the reading.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<CommittedWork> FindAsync(
        IOutputStore output,
        IReadOnlyList<SourceFile> files,
        Func<IReadOnlySet<string>> planned,
        OutputIdentity identity,
        IProgress<StepProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(identity);
        var sizes = await RecordFiles.SizesAsync(output, progress, cancellationToken).ConfigureAwait(false);
        var paths = RecordFiles.Commits(sizes.Keys);
        if (paths.Count == 0)
        {
            return CommittedWork.None;
        }

        var (whole, broken) = (new ConcurrentBag<WorkUnit>(), new ConcurrentBag<string>());
        await RecordFiles
            .ReadAsync(
                output,
                paths,
                (i, json) =>
                {
                    var (unit, isWhole) = json is null ? (null, true) : UnitOf(json, paths[i], identity, sizes, files);
                    if (!isWhole)
                    {
                        broken.Add(OutputNames.UnitOf(paths[i])!);
                    }
                    else if (unit is not null)
                    {
                        whole.Add(unit);
                    }
                },
                progress,
                cancellationToken
            )
            .ConfigureAwait(false);
        var chosen = Choose([.. whole], planned());
        return chosen with
        {
            Redone = broken.Concat(whole.Select(u => u.Id)).Where(id => !chosen.Ids.Contains(id)).ToHashSet(StringComparer.Ordinal),
        };
    }

    /// <summary>Units of which no two have the same rows.</summary>
    static CommittedWork Choose(IReadOnlyList<WorkUnit> units, IReadOnlySet<string> planned)
    {
        var chosen = new List<WorkUnit>();
        var done = new HashSet<string>(units.Sum(u => u.Files?.Count ?? 1), StringComparer.Ordinal);
        foreach (
            var unit in units
                .Where(u => u.IsWholeFile)
                .OrderByDescending(u => planned.Contains(u.Id))
                .ThenBy(u => u.Id, StringComparer.Ordinal)
        )
        {
            var names = unit.Files?.Select(f => f.Source) ?? [unit.Source];
            if (!names.Any(done.Contains))
            {
                chosen.Add(unit);
                done.UnionWith(names);
            }
        }

        foreach (var file in units.Where(u => !u.IsWholeFile && !done.Contains(u.Source)).GroupBy(u => u.Source).ToList())
        {
            var ranges = file.OrderBy(u => u.Start).ThenBy(u => u.End).ToList();
            var touch = ranges.Zip(ranges.Skip(1)).ToList();
            if (ranges[0].Start == 0 && ranges[^1].End == ranges[0].Size && touch.TrueForAll(r => r.First.End == r.Second.Start))
            {
                chosen.AddRange(ranges);
                done.Add(file.Key);
                continue;
            }

            // How a file is cut changes with versions of this program, if ever: ranges of two kinds are not mixed.
            var same = ranges.FindAll(r => planned.Contains(r.Id));
            chosen.AddRange(same.Count > 0 || touch.Exists(r => r.First.End > r.Second.Start) ? same : ranges);
        }

        return new([.. chosen.OrderBy(u => u, Comparer<WorkUnit>.Create(Balancer.InFileOrder))], done);
    }

    /// <summary>
    /// The unit of a record, with the files of the input in place of the record's; null: it is of other files, another spec or model. And
    /// whether the record and what it names are whole.
    /// </summary>
    static (WorkUnit? Unit, bool IsWhole) UnitOf(
        byte[] json,
        string path,
        OutputIdentity identity,
        Dictionary<string, long> sizes,
        IReadOnlyList<SourceFile> files
    )
    {
        UnitRecord record;
        try
        {
            record = ContractJson.Read<UnitRecord>(json, path);
        }
        catch (PJobException e) when (e.ExitCode == ExitCode.Failed)
        {
            return (null, false);
        }

        if ((record.SpecFingerprint, record.ModelFingerprint) != (identity.SpecFingerprint, identity.ModelFingerprint))
        {
            return (null, true);
        }

        var members = new SourceFile[record.Sources.Count];
        for (var i = 0; i < members.Length; i++)
        {
            var (source, size, version) = record.Sources[i];
            if (Find(files, source) is not { } file || (file.Size, file.Version) != (size, version))
            {
                return (null, true);
            }

            members[i] = file;
        }

        var unit = new WorkUnit(record.Unit, record.FirstFile, InputFormat.Auto, record.Start, record.End, record.Size, record.Version)
        {
            Files = record.Files is null ? null : members,
        };
        return (unit, OutputLayout.Commit(record.Unit) == path && !UnitCheck.Faults(unit, record, identity, sizes).Any());
    }

    static SourceFile? Find(IReadOnlyList<SourceFile> files, string name)
    {
        var (low, high) = (0, files.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = string.CompareOrdinal(files[middle].Source, name);
            if (order == 0)
            {
                return files[middle];
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return null;
    }
}
