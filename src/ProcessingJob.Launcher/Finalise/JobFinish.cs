using ProcessingJob.Contract;
using ProcessingJob.Launcher.Planning;
using ProcessingJob.Launcher.Progress;

namespace ProcessingJob.Launcher.Finalise;

/// <summary>The last step of a job, the same for every target: from committed units to a result.</summary>
static class JobFinish
{
    /// <remarks>Nothing is worth an interruption here: it is seconds, and the output is good only after it.</remarks>
    public static async Task<JobResult> FinishAsync(
        Finaliser finaliser,
        JobPlan plan,
        OutputIdentity identity,
        JobResult before,
        Func<double> elapsed
    )
    {
        try
        {
            var done = await finaliser
                .FinishAsync(
                    new()
                    {
                        Job = before.Job,
                        Spec = identity.Spec,
                        Identity = identity,
                        DataFingerprint = plan.Work.DataFingerprint,
                        Units = plan.Units,
                        Hosts = [.. plan.Hosts.Select(h => h.Host)],
                    }
                )
                .ConfigureAwait(false);
            return before with { Status = "Completed", Orphans = done.Orphans, Counts = JobCounts.Of(done.Manifest), Seconds = elapsed() };
        }
        catch (PJobException e)
        {
            return before with { Status = "Failed", Code = e.ExitCode, Message = e.Message, Seconds = elapsed() };
        }
    }
}
