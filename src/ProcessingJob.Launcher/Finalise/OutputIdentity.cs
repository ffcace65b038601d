using ProcessingJob.Contract;

namespace ProcessingJob.Launcher.Finalise;

/// <summary>What all rows of an output have in common; kept in the output as <see cref="Path"/>, so that nothing else is mixed in.</summary>
/// <param name="Spec">The spec of the first run; only its keys that affect the output count.</param>
/// <param name="ModelFingerprint">16 hex digits over the model folder.</param>
public sealed record OutputIdentity(JobSpec Spec, string ModelFingerprint)
{
    public const string Path = ".pjob/job.json";

    public string SpecFingerprint => SpecWriter.Fingerprint(Spec);

    /// <summary>Refuses an output that holds rows of another spec or model; leaves the output as it is.</summary>
    /// <exception cref="PJobException">Exit code 2; names the keys that differ.</exception>
    public Task CheckAsync(IOutputStore output, CancellationToken cancel = default) => throw new NotImplementedException();

    /// <summary>Writes <see cref="Path"/>: from now on the output is of this identity.</summary>
    public Task ClaimAsync(IOutputStore output, CancellationToken cancel = default) => throw new NotImplementedException();
}
