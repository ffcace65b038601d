using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Finalizing;

/// <summary>What the output must be made of when the job is done.</summary>
public sealed record FinalizeRequest
{
    public required string Job { get; init; }
    public required JobSpec Spec { get; init; }
    public required OutputIdentity Identity { get; init; }
    public required string DataFingerprint { get; init; }

    /// <summary>Every unit of the job, done in this run or before.</summary>
    public required IReadOnlyList<WorkUnit> Units { get; init; }

    /// <summary>Hosts of this run.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Of the launcher; those of the hosts stand in their reports.</summary>
    public IReadOnlyList<JobWarning> Warnings { get; init; } = [];

    /// <summary>Remove files that belong to no unit of the job; otherwise they are only listed.</summary>
    public bool RemoveOrphans { get; init; } = true;

    /// <summary>Told of steps that may take long.</summary>
    public IProgress<StepProgress>? Progress { get; init; }
}

/// <param name="Manifest">As written.</param>
/// <param name="Orphans">Files of ours that belonged to no unit of the job: half units of a killed run, units of changed or vanished
/// files.</param>
public sealed record FinalizeResult(Manifest Manifest, IReadOnlyList<string> Orphans);
