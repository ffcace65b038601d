using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Finalizing;

namespace ProcessingJob.Launcher.Planning;

/// <summary>Which host does what.</summary>
/// <param name="Spec">The spec as the workers get it.</param>
/// <param name="Files">All source files.</param>
/// <param name="Committed">What is done already.</param>
/// <param name="Hosts">In the order of their ranks.</param>
/// <param name="Work">What plan.json and the files beside it hold.</param>
public sealed record JobPlan(
    JobSpec Spec,
    IReadOnlyList<SourceFile> Files,
    CommittedWork Committed,
    IReadOnlyList<HostShare> Hosts,
    WorkPlan Work
)
{
    /// <summary>What should be known before the job is started.</summary>
    public IReadOnlyList<JobWarning> Warnings { get; init; } = [];

    /// <summary>All units, those that are committed included, in file order.</summary>
    public IReadOnlyList<WorkUnit> Units { get; } =
    [.. Committed.Units.Concat(Hosts.SelectMany(h => h.Left)).Order(Comparer<WorkUnit>.Create(Balancer.InFileOrder))];

    public long Bytes { get; } = Files.Sum(f => f.Size);
    public int UnitsCommitted => Committed.Units.Count;
    public int UnitsLeft => Units.Count - UnitsCommitted;
    public long BytesLeft { get; } = Hosts.Sum(h => h.BytesLeft);

    /// <summary>Rows of the units that are left, from footers and counts; null: some file tells neither.</summary>
    public long? RowsLeft { get; } =
        Hosts.SelectMany(h => h.Left).All(u => u.Rows is not null) ? Hosts.Sum(h => h.Left.Sum(u => u.Rows!.Value)) : null;

    /// <summary>The busiest host's bytes over the mean; 1 is even, and also said when nothing is left.</summary>
    public double Skew => BytesLeft == 0 ? 1 : Hosts.Max(h => h.BytesLeft) * (double)Hosts.Count / BytesLeft;
}

/// <summary>One host's part of a plan.</summary>
/// <param name="Host">algo-1, algo-2, …</param>
/// <param name="Dealt">With by_key sharding the files it gets; else null: it reads the files of its units.</param>
/// <param name="Left">Its units that are to be done, in file order.</param>
/// <param name="Committed">How many of its units are done already.</param>
public sealed record HostShare(string Host, IReadOnlyList<SourceFile>? Dealt, IReadOnlyList<WorkUnit> Left, int Committed)
{
    /// <summary>Its units, those that are committed included.</summary>
    public int UnitCount => Left.Count + Committed;

    /// <summary>Bytes of those that are not.</summary>
    public long BytesLeft { get; } = Left.Sum(u => u.Bytes);

    /// <summary>Files it gets, or has to read from.</summary>
    public int FileCount { get; } =
        Dealt?.Count ?? Left.Sum(u => u.Files?.Count ?? 0) + Left.Where(u => u.Files is null).DistinctBy(u => u.Source).Count();
}
