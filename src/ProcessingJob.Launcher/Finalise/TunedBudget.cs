using ProcessingJob.Contract;

namespace ProcessingJob.Launcher.Finalise;

/// <summary>compute.tune measures once: a run that goes on from what is committed keeps the budget that those units were written with.</summary>
public static class TunedBudget
{
    /// <summary>The budget in the reports of an earlier run, the ordinally first host's; null: there is none, or nothing to keep.</summary>
    /// <param name="output">The output.</param>
    /// <param name="spec">Its spec; only one with compute.tune and without a budget of its own has anything to find.</param>
    /// <param name="cancel">Ends the reading.</param>
    public static async Task<int?> FindAsync(IOutputStore output, JobSpec spec, CancellationToken cancel = default)
    {
        if (spec.Compute is not { Tune: true, TokenBudget: null })
            return null;
        var reports = new List<string>();
        await foreach (var file in output.ListAsync(OutputLayout.ReportFolder, cancel).ConfigureAwait(false))
            reports.Add(file.Path);
        foreach (var path in reports.Order(StringComparer.Ordinal))
        {
            if (await output.ReadAsync(path, cancel).ConfigureAwait(false) is { } json && Budget(json, path) is { } budget)
                return budget;
        }
        return null;
    }

    // A report cut short by a dying host is no reason to fail: the workers measure again.
    static int? Budget(byte[] json, string path)
    {
        try
        {
            return ContractJson.Read<HostReport>(json, path).TokenBudget;
        }
        catch (PJobException)
        {
            return null;
        }
    }
}
