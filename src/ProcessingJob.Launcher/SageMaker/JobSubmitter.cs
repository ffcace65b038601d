using Amazon.Runtime;
using ProcessingJob.Contract;
using ProcessingJob.Launcher.Aws;

namespace ProcessingJob.Launcher.SageMaker;

/// <summary>Starts a job exactly once, whatever the network does to the answers.</summary>
public sealed class JobSubmitter(IProcessingJobs jobs, TimeProvider time)
{
    const int Tries = 6;

    /// <summary>The running job of these names, or the first name that is still free.</summary>
    /// <param name="nameOf">Name of the n-th attempt, n from 1.</param>
    /// <param name="cancel">Ends the search.</param>
    public async Task<(string Name, JobDescription? Running)> FindAsync(Func<int, string> nameOf, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(nameOf);
        for (int attempt = 1; ; attempt++)
        {
            string name = nameOf(attempt);
            var job = await jobs.DescribeAsync(name, cancel).ConfigureAwait(false);
            while (job?.ProcessingJobStatus == JobStatus.Stopping)
            {
                // It still writes to the output that the next attempt would use.
                await Task.Delay(TimeSpan.FromSeconds(10), time, cancel).ConfigureAwait(false);
                job = await jobs.DescribeAsync(name, cancel).ConfigureAwait(false);
            }
            if (job is null || !job.IsTerminal) return (name, job);
        }
    }

    /// <summary>Creates the job. True: this call, or an earlier one whose answer was lost, started it; the job to follow has this name.</summary>
    /// <exception cref="PJobException">Exit code 5: refused, with what to do about it.</exception>
    /// <exception cref="AmazonServiceException">ResourceLimitExceeded, which the caller may answer with another instance type.</exception>
    public async Task CreateAsync(CreateJobRequest request, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await jobs.CreateAsync(request, cancel).ConfigureAwait(false);
                return;
            }
            catch (AmazonServiceException e) when (AwsErrors.IsNameTaken(e))
            {
                // An answer was lost, here or in the SDK's own retries; FindAsync saw the name free a moment ago.
                if (await IsOursAsync(request, cancel).ConfigureAwait(false)) return;
                throw new PJobException($"{request.ProcessingJobName}: {e.Message} It has other inputs than this one; use --force for a new name.", ExitCode.Remote, e);
            }
            catch (Exception e) when (!cancel.IsCancellationRequested && attempt < Tries && (AwsErrors.IsTransient(e) || (e is AmazonServiceException s && AwsErrors.IsRoleNotReady(s))))
            {
                await Task.Delay(TimeSpan.FromSeconds(5 * attempt), time, cancel).ConfigureAwait(false);
                if (AwsErrors.IsTransient(e) && await IsOursAsync(request, cancel).ConfigureAwait(false)) return;
            }
            catch (AmazonServiceException e) when (!AwsErrors.IsLimitExceeded(e))
            {
                throw new PJobException(Refusal(request, e), ExitCode.Remote, e);
            }
        }
    }

    async Task<bool> IsOursAsync(CreateJobRequest request, CancellationToken cancel)
    {
        var job = await jobs.DescribeAsync(request.ProcessingJobName, cancel).ConfigureAwait(false);
        return job is not null && job.ProcessingInputs.SequenceEqual(request.ProcessingInputs ?? []) && job.AppSpecification?.ImageUri == request.AppSpecification.ImageUri;
    }

    static string Refusal(CreateJobRequest request, AmazonServiceException e)
    {
        string what = $"SageMaker refused {request.ProcessingJobName}: {e.ErrorCode}: {(e.Message.Length > 0 ? e.Message : "(no text)")}";
        var cluster = request.ProcessingResources.ClusterConfig;
        return e switch
        {
            _ when AwsErrors.IsAccessDenied(e) => what + " Your identity needs sagemaker:CreateProcessingJob, iam:PassRole on the role, and sagemaker:AddTags when there are tags.",
            _ when AwsErrors.IsRoleNotReady(e) => what + $" Let sagemaker.amazonaws.com assume {request.RoleArn} (infra/template.yaml makes such a role).",
            _ when e.ErrorCode == "ValidationException" && e.Message.Length == 0 =>
                what + $" An empty refusal mostly means the volume: compute.volume_gb is {cluster.VolumeSizeInGB} on {cluster.InstanceType}.",
            _ => what,
        };
    }
}
