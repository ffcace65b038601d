using ProcessingJob.Contract;

namespace ProcessingJob.Launcher.Finalise;

/// <summary>Turns committed units into a finished output: checks that nothing is lost, then writes manifest.json and, last, _SUCCESS.</summary>
public sealed class Finaliser(IOutputStore output, TimeProvider time)
{
    /// <summary>The manifest when the output is finished with exactly this spec, model and data; otherwise null.</summary>
    public Task<Manifest?> FindFinishedAsync(OutputIdentity identity, string dataFingerprint, CancellationToken cancel = default) => throw new NotImplementedException($"{output} {time}");

    /// <summary>Takes _SUCCESS and manifest.json away before new work changes the output.</summary>
    public Task ReopenAsync(CancellationToken cancel = default) => throw new NotImplementedException();

    /// <summary>Ids of all units that have a commit record.</summary>
    public Task<IReadOnlySet<string>> ListCommittedAsync(CancellationToken cancel = default) => throw new NotImplementedException();

    /// <exception cref="PJobException">Exit code 1: a unit is missing or not as its record says; 3: too many rejects.</exception>
    public Task<FinaliseResult> FinishAsync(FinaliseRequest request, CancellationToken cancel = default) => throw new NotImplementedException();
}
