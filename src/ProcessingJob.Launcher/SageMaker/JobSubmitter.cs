using Amazon.Runtime;
using ProcessingJob.Contract;
using ProcessingJob.Launcher.Aws;
using ProcessingJob.Launcher.Progress;
using ProcessingJob.Storage;

namespace ProcessingJob.Launcher.SageMaker;

/// <summary>Starts a job exactly once, whatever the network does to the answers.</summary>
sealed class JobSubmitter(IProcessingJobs jobs, TimeProvider time, IProgress<JobEvent> events)
{
    /// <summary>How long AWS may throttle or be out of reach, as while following.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);
    static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    /// <summary>The running job of these names, or the first name that is still free.</summary>
    /// <param name="nameOf">Name of the n-th attempt, n from 1.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public async Task<(string Name, JobDescription? Running)> FindAsync(
        Func<int, string> nameOf,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(nameOf);
        for (var attempt = 1; ; attempt++)
        {
            var name = nameOf(attempt);
            var job = await DescribeAsync(name, cancellationToken).ConfigureAwait(false);
            if (job?.ProcessingJobStatus == JobStatus.Stopping)
            {
                events.Report(new JobNote($"{name} is stopping: waiting for its end"));
            }

            while (job?.ProcessingJobStatus == JobStatus.Stopping)
            {
                // It still writes to the output that the next attempt would use.
                await Task.Delay(TimeSpan.FromSeconds(10), time, cancellationToken).ConfigureAwait(false);
                job = await DescribeAsync(name, cancellationToken).ConfigureAwait(false);
            }
            if (job is null || !job.IsTerminal)
            {
                return (name, job);
            }
        }
    }

    /// <summary>
    /// Creates the job, or finds that an earlier call whose answer was lost has created it; either way the job to follow has this name.
    /// </summary>
    /// <exception cref="PJobException">Exit code 5: refused, with what to do about it.</exception>
    /// <exception cref="AmazonServiceException">ResourceLimitExceeded, which the caller may answer with another instance type.</exception>
    public async Task CreateAsync(CreateJobRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        // True once an answer may have been lost, here or in the SDK's own retries: then the job may be there already.
        var unsure = false;
        var started = time.GetUtcNow();
        try
        {
            await new Retry(time)
                .RunAsync(
                    async token =>
                    {
                        if (!unsure || !await IsOursAsync(request, token).ConfigureAwait(false))
                        {
                            await jobs.CreateAsync(request, token).ConfigureAwait(false);
                        }

                        return true;
                    },
                    WaitAfter,
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
        catch (AmazonServiceException e) when (AwsErrors.IsNameTaken(e))
        {
            var cluster = (await DescribeAsync(request.ProcessingJobName, cancellationToken).ConfigureAwait(false))
                ?.ProcessingResources
                ?.ClusterConfig;
            throw new PJobException(
                $"{request.ProcessingJobName}: somebody else has started the job of this name, with other settings"
                    + $"{(cluster is null ? "" : $" ({cluster.InstanceCount} x {cluster.TypeText})")}; fix: 'pjob logs -f "
                    + $"{request.ProcessingJobName}' follows it, and the same 'pjob run' finishes it; --force starts one under a new name",
                ExitCode.Remote,
                e
            );
        }
        catch (AmazonServiceException e) when (!AwsErrors.IsLimitExceeded(e))
        {
            throw new PJobException(Refusal(request, e), ExitCode.Remote, e);
        }

        TimeSpan? WaitAfter(Exception e, int attempt)
        {
            if (e is AmazonServiceException taken && AwsErrors.IsNameTaken(taken))
            {
                // FindAsync saw the name free a moment ago; only a second look tells whose it is.
                var looked = unsure;
                unsure = true;
                return looked ? null : TimeSpan.Zero;
            }

            var isTransient = AwsErrors.IsTransient(e);
            if (!(isTransient || (e is AmazonServiceException s && AwsErrors.IsRoleNotReady(s))))
            {
                return null;
            }

            unsure |= isTransient;
            return WaitWithin(started, attempt);
        }
    }

    Task<JobDescription?> DescribeAsync(string name, CancellationToken cancellationToken)
    {
        var started = time.GetUtcNow();
        return new Retry(time).RunAsync(
            token => jobs.DescribeAsync(name, token),
            (e, attempt) => AwsErrors.IsTransient(e) ? WaitWithin(started, attempt) : null,
            cancellationToken
        );
    }

    TimeSpan? WaitWithin(DateTimeOffset started, int attempt)
    {
        var wait = TimeSpan.FromSeconds(Math.Min(5 * attempt, LongestWait.TotalSeconds));
        return time.GetUtcNow() + wait - started <= Patience ? wait : null;
    }

    async Task<bool> IsOursAsync(CreateJobRequest request, CancellationToken cancellationToken)
    {
        var job = await jobs.DescribeAsync(request.ProcessingJobName, cancellationToken).ConfigureAwait(false);
        return job is not null
            && job.ProcessingInputs.SequenceEqual(request.ProcessingInputs ?? [])
            && job.AppSpecification?.ImageUri == request.AppSpecification.ImageUri;
    }

    static string Refusal(CreateJobRequest request, AmazonServiceException e)
    {
        var what =
            $"SageMaker refused {request.ProcessingJobName}: {e.ErrorCode}: {(e.Message.Length > 0 ? AwsErrors.Words(e) : "(no text)")}";
        var cluster = request.ProcessingResources.ClusterConfig;
        return e switch
        {
            _ when AwsErrors.IsAccessDenied(e) => what
                + "; fix: give your identity sagemaker:CreateProcessingJob, iam:PassRole on the role, and sagemaker:AddTags "
                + "where there are tags",
            _ when AwsErrors.IsRoleNotReady(e) => what
                + $"; fix: let sagemaker.amazonaws.com assume {request.RoleArn} (infra/template.yaml makes such a role)",
            _ when e.ErrorCode == "ValidationException" && e.Message.Length == 0 => what
                + $"; an empty refusal mostly means the volume: compute.volume_gb is {cluster.VolumeSizeInGB} on {cluster.TypeText}",
            _ => what,
        };
    }
}
