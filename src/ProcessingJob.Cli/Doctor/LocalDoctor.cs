using ProcessingJob.Cli.Display;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher.Doctor;
using ProcessingJob.Launcher.Reading;
using ProcessingJob.Storage;

namespace ProcessingJob.Cli.Doctor;

/// <summary>Data and model of a job, where they are on this machine; what is on S3 is the account's doctor's.</summary>
static class LocalDoctor
{
    public static IEnumerable<(DoctorFinding Finding, ExitCode Fault)> Examine(JobSpec job)
    {
        if (job.Input.Data.Length > 0 && !S3Uri.IsS3(job.Input.Data))
        {
            yield return Finding("data", () => Data(job));
        }

        if (job.Model.Length > 0 && !job.Model.Contains("://", StringComparison.Ordinal))
        {
            yield return Finding("model", () => Model(job));
        }
    }

    static string Data(JobSpec job)
    {
        var input = LocalInput.Resolve(job.Input.Data, job.Input.Format);
        var bytes = input.Files.Sum(f => new FileInfo(input.PathOf(f)).Length);
        return $"{job.Input.Data}: {Text.Plural(input.Files.Count, "file")}, {Text.Bytes(bytes)}";
    }

    static string Model(JobSpec job)
    {
        var use = ModelUse.Of(job, job.Model, job.Compute.Device);
        return $"{job.Model}: fit for task {Names.Of(job.Task)}" + string.Concat(use.Warnings.Select(w => $"; {w.Message}"));
    }

    static (DoctorFinding, ExitCode) Finding(string subject, Func<string> look)
    {
        try
        {
            return (new(subject, Health.Good, look()), ExitCode.Done);
        }
        catch (PJobException e)
        {
            return (new(subject, Health.Bad, e.Message), e.ExitCode);
        }
    }
}
