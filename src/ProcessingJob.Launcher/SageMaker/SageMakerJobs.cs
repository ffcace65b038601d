using System.Runtime.CompilerServices;
using Amazon.Runtime;
using ProcessingJob.Launcher.Aws;

namespace ProcessingJob.Launcher.SageMaker;

/// <summary><see cref="IProcessingJobs"/> over AWS JSON 1.1.</summary>
public sealed class SageMakerJobs(AwsJsonClient client) : IProcessingJobs
{
    public SageMakerJobs(AwsConnection connection)
        : this(connection.JsonClient(AwsService.SageMaker)) { }

    public async Task<string> CreateAsync(CreateJobRequest request, CancellationToken cancellationToken = default) =>
        (await client.CallAsync<Created>("CreateProcessingJob", request, cancellationToken).ConfigureAwait(false)).ProcessingJobArn;

    public async Task<JobDescription?> DescribeAsync(string name, CancellationToken cancellationToken = default)
    {
        try
        {
            return await client
                .CallAsync<JobDescription>("DescribeProcessingJob", new Named(name), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (AmazonServiceException e) when (AwsErrors.IsMissingJob(e))
        {
            return null;
        }
    }

    public async Task<bool> StopAsync(string name, CancellationToken cancellationToken = default)
    {
        try
        {
            await client.CallAsync<Nothing>("StopProcessingJob", new Named(name), cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (AmazonServiceException e) when (AwsErrors.IsAlreadyEnded(e))
        {
            return true;
        }
        catch (AmazonServiceException e) when (AwsErrors.IsMissingJob(e))
        {
            return false;
        }
    }

    public async IAsyncEnumerable<JobSummary> ListAsync(
        string? nameContains = null,
        JobStatus? status = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        string? next = null;
        do
        {
            var page = await client
                .CallAsync<JobList>(
                    "ListProcessingJobs",
                    new ListQuery
                    {
                        NameContains = nameContains,
                        StatusEquals = status,
                        NextToken = next,
                    },
                    cancellationToken
                )
                .ConfigureAwait(false);
            foreach (var job in page.ProcessingJobSummaries)
            {
                yield return job;
            }

            next = page.NextToken;
        } while (!string.IsNullOrEmpty(next));
    }

    sealed record Created(string ProcessingJobArn);

    sealed record Named(string ProcessingJobName);

    sealed record Nothing;

    sealed record JobList(string? NextToken)
    {
        public IReadOnlyList<JobSummary> ProcessingJobSummaries { get; init; } = [];
    }

    sealed record ListQuery
    {
        public string? NameContains { get; init; }
        public JobStatus? StatusEquals { get; init; }
        public string SortBy { get; init; } = "CreationTime";
        public string SortOrder { get; init; } = "Descending";
        public int MaxResults { get; init; } = 100;
        public string? NextToken { get; init; }
    }
}
