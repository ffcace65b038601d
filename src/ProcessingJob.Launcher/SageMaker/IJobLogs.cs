namespace ProcessingJob.Launcher.SageMaker;

/// <summary>One line that a host printed.</summary>
/// <param name="EventId">Unique within the log group; the key for telling repeats.</param>
/// <param name="Stream"><c>job-name/host-epoch</c>.</param>
public sealed record LogLine(string EventId, string Stream, DateTimeOffset Timestamp, string Message)
{
    /// <summary>algo-1 out of <c>job-name/algo-1-1700000000</c>.</summary>
    public string Host
    {
        get
        {
            var name = Stream[(Stream.LastIndexOf('/') + 1)..];
            var dash = name.LastIndexOf('-');
            return dash > 0 ? name[..dash] : name;
        }
    }
}

/// <param name="Next">Token of the next page; null: this was the last one. A page without lines may well have a next one.</param>
public sealed record LogPage(IReadOnlyList<LogLine> Lines, string? Next);

/// <summary>The logs of processing jobs: the port between the launcher and CloudWatch Logs.</summary>
public interface IJobLogs
{
    /// <summary>
    /// One page of the lines of all hosts of <paramref name="job"/> from <paramref name="from"/> on. A log group that does not
    /// exist yet (no job of the account has ever printed) is an empty last page.
    /// </summary>
    Task<LogPage> ReadAsync(string job, DateTimeOffset from, string? next, CancellationToken cancellationToken = default);
}
