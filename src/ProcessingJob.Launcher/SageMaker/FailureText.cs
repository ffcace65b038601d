using System.Text;
using ProcessingJob.Contract.Output;

namespace ProcessingJob.Launcher.SageMaker;

/// <summary>Why a job did not complete, in one text: what the service says, what the hosts said, and what to do.</summary>
public static class FailureText
{
    /// <param name="job">A failed or stopped job.</param>
    /// <param name="stopRequested">True when this user asked for the stop.</param>
    /// <param name="lastLines">The last lines of all hosts, oldest first.</param>
    /// <param name="region">For the console's address.</param>
    public static string Of(JobDescription job, bool stopRequested, IReadOnlyList<LogLine> lastLines, string region)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(lastLines);
        var text = new StringBuilder();
        text.Append(Headline(job, stopRequested)).Append('\n');
        if (job.FailureReason is { Length: > 0 } reason)
        {
            text.Append("  reason: ").Append(reason).Append('\n');
        }

        if (job.ExitMessage is { Length: > 0 } message)
        {
            text.Append("  hosts said: ").Append(message.ReplaceLineEndings("\n    ").TrimEnd()).Append('\n');
        }

        if (FailingHost(job, lastLines) is { } host && !stopRequested)
        {
            text.Append($"  last lines of {host}:\n");
            foreach (var line in lastLines.Where(l => l.Host == host).TakeLast(10))
            {
                text.Append("    ").Append(WorkerEvent.Parse(line.Message).Text.TrimEnd()).Append('\n');
            }
        }
        if (Advice(job, stopRequested) is { } advice)
        {
            text.Append("  what to do: ").Append(advice).Append('\n');
        }

        text.Append("  console: ").Append(ConsoleUrl(job.ProcessingJobName, region));
        return text.ToString();
    }

    /// <summary>The job's page in the AWS console.</summary>
    public static string ConsoleUrl(string job, string region)
    {
        ArgumentNullException.ThrowIfNull(region);
        var domain =
            region.StartsWith("cn-", StringComparison.Ordinal) ? "console.amazonaws.cn"
            : region.StartsWith("us-gov-", StringComparison.Ordinal) ? "console.amazonaws-us-gov.com"
            : "console.aws.amazon.com";
        return $"https://{region}.{domain}/sagemaker/home?region={region}#/processing-jobs/{job}";
    }

    static string Headline(JobDescription job, bool stopRequested) =>
        job.ProcessingJobStatus switch
        {
            JobStatus.Stopped when stopRequested => $"{job.ProcessingJobName} was stopped",
            // The service stops a job that outlives its limit, and gives no reason.
            JobStatus.Stopped when RanOut(job) =>
                $"{job.ProcessingJobName} was stopped by SageMaker: compute.max_runtime reached ({Duration(job)})",
            JobStatus.Stopped =>
                $"{job.ProcessingJobName} was stopped before compute.max_runtime: by 'pjob stop', the console or another user",
            _ => $"{job.ProcessingJobName} failed",
        };

    static string Duration(JobDescription job) => $"{TimeSpan.FromSeconds(job.StoppingCondition!.MaxRuntimeInSeconds)}";

    /// <summary>Whether the service stopped the job because it outlived its limit; it does not say so itself.</summary>
    public static bool RanOut(JobDescription job) =>
        job.ProcessingJobStatus == JobStatus.Stopped
        && job is { StoppingCondition: { } limit, ProcessingStartTime: { } start, ProcessingEndTime: { } end }
        // The recorded end may lie a little before the limit: clocks differ, and so do the start of the host and of its container.
        && (end - start).TotalSeconds >= limit.MaxRuntimeInSeconds - Math.Min(60, limit.MaxRuntimeInSeconds * 0.1);

    /// <summary>Whether the job never started, for want of instances: another type may have some.</summary>
    public static bool LacksCapacity(JobDescription job) =>
        job.ProcessingJobStatus == JobStatus.Failed
        && job.FailureReason?.Contains("CapacityError", StringComparison.OrdinalIgnoreCase) == true;

    static string? FailingHost(JobDescription job, IReadOnlyList<LogLine> lines)
    {
        var hosts = lines.Select(l => l.Host).Distinct().ToList();
        // A host with an error; else the one whose exit message is kept; else the last to speak.
        return lines.FirstOrDefault(l => WorkerEvent.Parse(l.Message).Level is "Error" or "Fatal")?.Host
            ?? hosts.FirstOrDefault(h => job.ExitMessage?.Contains($"host={h} ", StringComparison.Ordinal) == true)
            ?? (lines.Count == 0 ? null : lines[^1].Host);
    }

    static string? Advice(JobDescription job, bool stopRequested)
    {
        if (job.ProcessingJobStatus == JobStatus.Stopped)
        {
            return (!stopRequested && RanOut(job) ? "raise compute.max_runtime or compute.instance_count, then " : "")
                + "run the same command again: it skips all units that are committed";
        }

        var reason = job.FailureReason ?? "";
        bool Says(string words) => reason.Contains(words, StringComparison.OrdinalIgnoreCase);
        return reason switch
        {
            _ when LacksCapacity(job) =>
                "give compute.instance_type a list of up to five types, such as [ml.g6.xlarge, ml.g5.xlarge, ml.g4dn.xlarge]: the "
                    + "service takes the first with capacity",
            _ when Says("Out of Memory") || Says("more memory") =>
                "choose an instance type with more memory, or lower compute.token_budget",
            _ when Says("Failed to download data") =>
                "check that the role may read the bucket (s3:ListBucket, s3:GetObject, kms:Decrypt), and in a VPC that its "
                    + "subnets have an S3 gateway endpoint: 'pjob doctor'",
            _ when Says("upload") => "check that the role may write the output bucket (s3:PutObject, kms:GenerateDataKey): 'pjob doctor'",
            _ when Says("InternalServerError") => "a fault inside SageMaker: run the same command again; it goes on from what is committed",
            _ when Says("AlgorithmError") =>
                "see the lines above ('pjob logs' shows all); after fixing it, run the same command again: it continues from what "
                    + "is committed",
            _ => null,
        };
    }
}
