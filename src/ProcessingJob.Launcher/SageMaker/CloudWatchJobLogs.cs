using Amazon.Runtime;
using ProcessingJob.Launcher.Aws;

namespace ProcessingJob.Launcher.SageMaker;

/// <summary>
/// <see cref="IJobLogs"/> by FilterLogEvents: one call covers all hosts of a job (at most 100, the call's own limit on streams).
/// </summary>
public sealed class CloudWatchJobLogs(AwsJsonClient client) : IJobLogs
{
    /// <summary>Where SageMaker puts the output of every processing job.</summary>
    public const string LogGroup = "/aws/sagemaker/ProcessingJobs";

    public CloudWatchJobLogs(AwsConnection connection)
        : this(connection.JsonClient(AwsService.Logs)) { }

    public async Task<LogPage> ReadAsync(string job, DateTimeOffset from, string? next, CancellationToken cancellationToken = default)
    {
        // With the slash: job "a" must not show the lines of job "a-2".
        var query = new Query(LogGroup, job + "/", Math.Max(0, from.ToUnixTimeMilliseconds()), next);
        try
        {
            var page = await client.CallAsync<Page>("FilterLogEvents", query, cancellationToken).ConfigureAwait(false);
            return new LogPage(
                [
                    .. page.events.Select(e => new LogLine(
                        e.eventId,
                        e.logStreamName,
                        DateTimeOffset.FromUnixTimeMilliseconds(e.timestamp),
                        e.message
                    )),
                ],
                string.IsNullOrEmpty(page.nextToken) ? null : page.nextToken
            );
        }
        catch (AmazonServiceException e) when (e.ErrorCode == "ResourceNotFoundException")
        {
            return new LogPage([], null);
        }
    }

#pragma warning disable IDE1006 // CloudWatch Logs writes its members in camelCase.
    sealed record Query(string logGroupName, string logStreamNamePrefix, long startTime, string? nextToken);

    sealed record Page(string? nextToken)
    {
        public IReadOnlyList<Event> events { get; init; } = [];
    }

    sealed record Event(string eventId, string logStreamName, long timestamp, string message);
#pragma warning restore IDE1006
}
