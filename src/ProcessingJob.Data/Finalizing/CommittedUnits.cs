using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Finalizing;

/// <summary>
/// Which units an output really has: a commit record counts only when all that it names is there in full size. The service uploads
/// a unit's files in any order, so that after a job that died a record may stand without its parts; and somebody may have removed them.
/// </summary>
public static class CommittedUnits
{
    const int ReadsAtOnce = 16;

    public static async Task<IReadOnlySet<string>> FindAsync(
        IOutputStore output,
        IReadOnlyList<WorkUnit> units,
        OutputIdentity identity,
        CancellationToken cancellationToken
    )
    {
        var sizes = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var prefix in new[] { OutputLayout.CommitFolder, OutputLayout.DataFolder, OutputLayout.RejectFolder })
        {
            await foreach (var file in output.ListAsync(prefix, cancellationToken).ConfigureAwait(false))
            {
                sizes[file.Path] = file.Size;
            }
        }
        var whole = new System.Collections.Concurrent.ConcurrentBag<string>();
        var recorded = units.Where(u => sizes.ContainsKey(OutputLayout.Commit(u.Id)));
        await Parallel
            .ForEachAsync(
                recorded,
                new ParallelOptions { MaxDegreeOfParallelism = ReadsAtOnce, CancellationToken = cancellationToken },
                async (unit, token) =>
                {
                    var path = OutputLayout.Commit(unit.Id);
                    if (await output.ReadAsync(path, token).ConfigureAwait(false) is { } json && IsWhole(unit, json, path, identity, sizes))
                    {
                        whole.Add(unit.Id);
                    }
                }
            )
            .ConfigureAwait(false);
        return whole.ToHashSet(StringComparer.Ordinal);
    }

    static bool IsWhole(WorkUnit unit, byte[] json, string path, OutputIdentity identity, Dictionary<string, long> sizes)
    {
        try
        {
            return !UnitCheck.Faults(unit, ContractJson.Read<UnitRecord>(json, path), identity, sizes).Any();
        }
        catch (PJobException e) when (e.ExitCode == ExitCode.Failed)
        {
            return false;
        }
    }
}
