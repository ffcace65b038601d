namespace ProcessingJob.Launcher.SageMaker;

/// <summary>SageMaker's processing jobs: the port between the launcher and the service.</summary>
/// <remarks>
/// Adapters: <see cref="SageMakerJobs"/> (default: it needs no package beyond AWSSDK.Core, which feeds without AWSSDK.SageMaker have) and
/// SdkSageMakerJobs, over AWSSDK.SageMaker, when built with <c>-p:AwsSdkSageMaker=true</c>. <see cref="ProcessingJobs"/> chooses.
/// Refusals arrive as <see cref="Amazon.Runtime.AmazonServiceException"/> with the service's code.
/// </remarks>
public interface IProcessingJobs
{
    /// <summary>Starts a job; its ARN. The name is the only idempotency key the service has.</summary>
    Task<string> CreateAsync(CreateJobRequest request, CancellationToken cancellationToken = default);

    /// <summary>The job, or null when there is none of that name (the service says so in two ways).</summary>
    Task<JobDescription?> DescribeAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Asks the job to stop. False when there is none of that name; a job that has already ended is left as it is.</summary>
    Task<bool> StopAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Jobs whose name contains <paramref name="nameContains"/>, newest first, read page by page as they are asked for.</summary>
    IAsyncEnumerable<JobSummary> ListAsync(
        string? nameContains = null,
        JobStatus? status = null,
        CancellationToken cancellationToken = default
    );
}
