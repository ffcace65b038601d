using System.Text.Json.Serialization;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Container;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Launcher.Aws;
using ProcessingJob.Launcher.Progress;
using ProcessingJob.Storage;

namespace ProcessingJob.Launcher.SageMaker;

/// <summary>How far a remote job is, from the service and from what lies in its output.</summary>
public sealed record RemoteStatus
{
    static readonly TimeSpan Recent = TimeSpan.FromMinutes(3);
    const int MostPages = 50;

    public required string Job { get; init; }

    /// <summary>Pending, Running, Stopping, Completed, Failed, Stopped.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<JobPhase>))]
    public required JobPhase State { get; init; }
    public required int Hosts { get; init; }
    public required string InstanceType { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public string? Output { get; init; }

    /// <summary>Null: the job's plan cannot be read, or each host makes its own.</summary>
    public int? Units { get; init; }
    public int? UnitsCommitted { get; init; }

    /// <summary>What the hosts said last; null: they are not running, or their lines cannot be read.</summary>
    public JobProgress? Progress { get; init; }

    /// <summary>Why it did not complete, and what to do.</summary>
    public string? Message { get; init; }
    public required string Console { get; init; }

    /// <exception cref="PJobException">Exit code 5: there is no such job, or AWS refused.</exception>
    public static async Task<RemoteStatus> ReadAsync(SageMakerTarget target, string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        var job = await target.DescribeAsync(name, cancellationToken).ConfigureAwait(false);
        using var s3 = target.Connection.S3();
        return await AwsErrors
            .ExplainAsync(async () =>
            {
                var plan = await PlanAsync(s3, job, cancellationToken).ConfigureAwait(false);
                var output = job.ProcessingOutputConfig?.Outputs is [{ S3Output.S3Uri: var uri }, ..] ? uri : plan?.OutputUri;
                return new RemoteStatus
                {
                    Job = name,
                    State = JobFollower.PhaseOf(job),
                    Hosts = job.ProcessingResources?.ClusterConfig.InstanceCount ?? 0,
                    InstanceType = job.ProcessingResources?.ClusterConfig.TypeText ?? "",
                    CreatedAt = job.CreationTime,
                    StartedAt = job.ProcessingStartTime,
                    EndedAt = job.ProcessingEndTime,
                    Output = output,
                    Units = plan?.UnitCount,
                    UnitsCommitted = output is null ? null : await CommittedAsync(s3, output, cancellationToken).ConfigureAwait(false),
                    Progress = JobFollower.PhaseOf(job) is JobPhase.Running or JobPhase.Stopping
                        ? await ProgressAsync(target, job, cancellationToken).ConfigureAwait(false)
                        : null,
                    Message = job.ProcessingJobStatus is JobStatus.Failed or JobStatus.Stopped
                        ? FailureText.Of(job, stopRequested: false, [], target.Connection.Region)
                        : null,
                    Console = FailureText.ConsoleUrl(name, target.Connection.Region),
                };
            })
            .ConfigureAwait(false);
    }

    // Of the last minutes: a host says how far it is every few seconds, and the lines of a day would be many pages.
    static async Task<JobProgress?> ProgressAsync(SageMakerTarget target, JobDescription job, CancellationToken cancellationToken)
    {
        var said = new Dictionary<string, List<(DateTimeOffset At, WorkerProgress Progress)>>(StringComparer.Ordinal);
        string? next = null;
        var pages = 0;
        try
        {
            do
            {
                var page = await target
                    .Logs.ReadAsync(job.ProcessingJobName, target.Time.GetUtcNow() - Recent, next, cancellationToken)
                    .ConfigureAwait(false);
                foreach (var line in page.Lines)
                {
                    if (WorkerEvent.Parse(line.Message).Progress is { } progress)
                    {
                        (said.TryGetValue(line.Host, out var lines) ? lines : said[line.Host] = []).Add((line.Timestamp, progress));
                    }
                }

                next = page.Next;
            } while (next is not null && ++pages < MostPages);
        }
        catch (Amazon.Runtime.AmazonServiceException)
        {
            // How far it is, is told by those who may read the logs.
            return null;
        }

        if (said.Count == 0)
        {
            return null;
        }

        var (first, last) = (said.Values.Select(l => l.MinBy(s => s.At)), said.Values.Select(l => l.MaxBy(s => s.At)).ToList());
        var rates = first
            .Zip(last, (a, b) => (Rows: b.Progress.Rows - a.Progress.Rows, (b.At - a.At).TotalSeconds))
            .Where(r => r.TotalSeconds > 0)
            .ToList();
        return new()
        {
            Rows = last.Sum(s => s.Progress.Rows),
            Rejects = last.Sum(s => s.Progress.Rejects),
            Bytes = last.Sum(s => s.Progress.Bytes),
            TotalBytes = last.Sum(s => s.Progress.TotalBytes),
            RowsPerSecond = rates.Count == 0 ? null : Math.Round(rates.Sum(r => r.Rows / r.TotalSeconds), 1),
            Hosts = said.Count,
        };
    }

    // Of the job's own config channel; a job that others started has none.
    static async Task<WorkPlan?> PlanAsync(Amazon.S3.IAmazonS3 s3, JobDescription job, CancellationToken cancellationToken)
    {
        if (job.ProcessingInputs.FirstOrDefault(i => i.InputName == "config")?.S3Input?.S3Uri is not { } config)
        {
            return null;
        }

        var file = Path.GetFileName(new ContainerPaths("/").PlanFile);
        return
            await new S3Store(s3, S3Uri.Parse(config, "config"), AwsConnection.S3Options)
                .ReadAsync(file, cancellationToken)
                .ConfigureAwait(false)
                is { } json
            ? ContractJson.Read<WorkPlan>(json, file)
            : null;
    }

    static async Task<int> CommittedAsync(Amazon.S3.IAmazonS3 s3, string output, CancellationToken cancellationToken)
    {
        var store = new S3Store(s3, S3Uri.Parse(output, "output"), AwsConnection.S3Options);
        return (await store.ListCommittedAsync(cancellationToken).ConfigureAwait(false)).Count;
    }
}
