using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Finalizing;

/// <summary>
/// What workers chose by themselves in an earlier run of the same output. A run that goes on from what is committed keeps it, so that
/// all units are of one kind: the budget that compute.tune measured, and the .onnx file, which another device would choose otherwise.
/// </summary>
/// <param name="TokenBudget">Null: nothing was measured.</param>
/// <param name="ModelFile">Relative to the model folder; null: none is known.</param>
/// <param name="Computed">How committed units were computed; null: not known, or anything is allowed.</param>
public sealed record EarlierChoices(int? TokenBudget, string? ModelFile, ComputeRecord? Computed = null)
{
    public static readonly EarlierChoices None = new(null, null);

    /// <summary>
    /// The choices in the reports of an earlier run, the ordinally first host's that has any; what the spec says itself is left out.
    /// </summary>
    /// <param name="output">The output.</param>
    /// <param name="spec">Its spec.</param>
    /// <param name="committed">Ids of its units whose records stand.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<EarlierChoices> FindAsync(
        IOutputStore output,
        JobSpec spec,
        IReadOnlyCollection<string> committed,
        CancellationToken cancellationToken = default
    )
    {
        if (spec.Task == TaskKind.Tokenize)
        {
            return None;
        }

        var reports = await HostReports.ReadAsync(output, cancellationToken).ConfigureAwait(false);
        var computed = spec.Compute.AllowMixedDevices
            ? null
            : await ComputedAsync(output, committed, cancellationToken).ConfigureAwait(false);
        return reports.FirstOrDefault(r => r.TokenBudget is not null) is not { } report
            ? None with
            {
                Computed = computed,
            }
            : new(
                spec.Compute is { Tune: true, TokenBudget: null } ? report.TokenBudget : null,
                spec.Compute.ModelFile == "auto" ? report.ModelFile : null,
                computed
            );
    }

    // Units of one output are of one kind, so that one record tells; the finalizer looks at all.
    static async Task<ComputeRecord?> ComputedAsync(
        IOutputStore output,
        IReadOnlyCollection<string> committed,
        CancellationToken cancellationToken
    ) =>
        committed.Count > 0
        && OutputLayout.Commit(committed.Min(StringComparer.Ordinal)!) is var path
        && await output.ReadAsync(path, cancellationToken).ConfigureAwait(false) is { } json
            ? ContractJson.Read<UnitRecord>(json, path).Computed
            : null;

    /// <summary>The plan with these choices.</summary>
    public WorkPlan In(WorkPlan plan) => plan with { TokenBudget = TokenBudget, ModelFile = ModelFile, Computed = Computed };
}
