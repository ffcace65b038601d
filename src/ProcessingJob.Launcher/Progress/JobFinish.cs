using ProcessingJob.Contract;
using ProcessingJob.Data.Finalizing;
using ProcessingJob.Launcher.Planning;
using ProcessingJob.Storage;

namespace ProcessingJob.Launcher.Progress;

/// <summary>The last step of a job, the same for every target: from committed units to a result.</summary>
static class JobFinish
{
    /// <remarks>Nothing is worth an interruption here: it is seconds, and the output is good only after it.</remarks>
    public static async Task<JobResult> FinishAsync(
        Finalizer finalizer,
        JobPlan plan,
        OutputIdentity identity,
        JobResult before,
        Func<double> elapsed,
        IProgress<StepProgress> progress
    )
    {
        try
        {
            var done = await finalizer
                .FinishAsync(
                    new()
                    {
                        Job = before.Job,
                        Spec = identity.Spec,
                        Identity = identity,
                        DataFingerprint = plan.Work.DataFingerprint,
                        Units = plan.Units,
                        Hosts = [.. plan.Hosts.Select(h => h.Host)],
                        Warnings = plan.Warnings,
                        Progress = progress,
                    }
                )
                .ConfigureAwait(false);
            return before with
            {
                Status = JobState.Completed,
                Orphans = done.Orphans,
                Warnings = done.Manifest.Warnings,
                Counts = JobCounts.Of(done.Manifest),
                Seconds = elapsed(),
            };
        }
        catch (PJobException e)
        {
            return before with { Status = JobState.Failed, Code = e.ExitCode, Message = e.Message, Seconds = elapsed() };
        }
    }
}
