using ProcessingJob.Contract;

namespace ProcessingJob.Launcher.Planning;

/// <summary>Makes plans. Pure: the same files, spec and commits give the same plan.</summary>
public static class JobPlanner
{
    /// <param name="job">Name of the job.</param>
    /// <param name="spec">The spec.</param>
    /// <param name="files">Source files with size and version.</param>
    /// <param name="modelFingerprint">Of the model folder.</param>
    /// <param name="hosts">Number of hosts.</param>
    /// <param name="committed">Ids of units whose output is there already.</param>
    /// <exception cref="PJobException">Exit code 2: no files, or a format that cannot be told.</exception>
    public static JobPlan Create(string job, JobSpec spec, IReadOnlyList<SourceFile> files, string modelFingerprint, int hosts, IReadOnlySet<string> committed) =>
        throw new NotImplementedException();
}
