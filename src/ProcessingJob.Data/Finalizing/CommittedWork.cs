using ProcessingJob.Contract.Plan;

namespace ProcessingJob.Data.Finalizing;

/// <summary>What of a job is done already.</summary>
/// <param name="Units">Committed, whole, of the input as it is now, and none with rows of another.</param>
/// <param name="Files">Names of the files of which all is in them.</param>
public sealed record CommittedWork(IReadOnlyList<WorkUnit> Units, IReadOnlySet<string> Files)
{
    public static readonly CommittedWork None = new([], new HashSet<string>());

    /// <summary>
    /// Ids of units whose records do not count although they are of the input as it is: they are not whole, or their rows are in others
    /// too.
    /// </summary>
    public IReadOnlySet<string> Redone { get; init; } = new HashSet<string>();

    public IReadOnlySet<string> Ids { get; } = Units.Select(u => u.Id).ToHashSet(StringComparer.Ordinal);
}
