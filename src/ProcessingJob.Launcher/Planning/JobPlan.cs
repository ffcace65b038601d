using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Launcher.Planning;

/// <summary>Which host does what.</summary>
/// <param name="Spec">The spec as the workers get it.</param>
/// <param name="Files">All source files.</param>
/// <param name="Units">All units of them, in file order.</param>
/// <param name="Hosts">In the order of their ranks.</param>
/// <param name="Work">What plan.json holds.</param>
public sealed record JobPlan(
    JobSpec Spec,
    IReadOnlyList<SourceFile> Files,
    IReadOnlyList<WorkUnit> Units,
    IReadOnlyList<HostShare> Hosts,
    WorkPlan Work
)
{
    /// <summary>What should be known before the job is started.</summary>
    public IReadOnlyList<JobWarning> Warnings { get; init; } = [];

    public long Bytes => Files.Sum(f => f.Size);
    public int UnitsCommitted => Hosts.Sum(h => h.Committed);

    /// <summary>Ids of the units that are still to be done.</summary>
    public IReadOnlySet<string> IdsLeft => Units.Select(u => u.Id).Except(Work.Committed).ToHashSet(StringComparer.Ordinal);
    public int UnitsLeft => Units.Count - UnitsCommitted;
    public long BytesLeft => Hosts.Sum(h => h.BytesLeft);

    /// <summary>The busiest host's bytes over the mean; 1 is even, and also said when nothing is left.</summary>
    public double Skew => BytesLeft == 0 ? 1 : Hosts.Max(h => h.BytesLeft) * (double)Hosts.Count / BytesLeft;
}

/// <summary>One host's part of a plan.</summary>
/// <param name="Host">algo-1, algo-2, …</param>
/// <param name="Files">Files it gets (by_key) or reads from (balanced).</param>
/// <param name="Units">Its units, in file order.</param>
/// <param name="Committed">How many of them are done already.</param>
/// <param name="BytesLeft">Bytes of those that are not.</param>
public sealed record HostShare(string Host, IReadOnlyList<string> Files, IReadOnlyList<WorkUnit> Units, int Committed, long BytesLeft);
