using System.Text.Json.Serialization;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Container;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Launcher.Aws;
using ProcessingJob.Storage;

namespace ProcessingJob.Launcher.SageMaker;

/// <summary>How far a remote job is, from the service and from what lies in its output.</summary>
public sealed record RemoteStatus
{
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

    /// <summary>Why it did not complete, and what to do.</summary>
    public string? Message { get; init; }
    public required string Console { get; init; }

    /// <exception cref="PJobException">Exit code 5: there is no such job, or AWS refused.</exception>
    public static async Task<RemoteStatus> ReadAsync(SageMakerTarget target, string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        var job = await target.DescribeAsync(name, cancellationToken).ConfigureAwait(false);
        using var s3 = target.Connection.S3();
        return await SageMakerTarget
            .ToldAsync(async () =>
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
                    Message = job.ProcessingJobStatus is JobStatus.Failed or JobStatus.Stopped
                        ? FailureText.Of(job, stopRequested: false, [], target.Connection.Region)
                        : null,
                    Console = FailureText.ConsoleUrl(name, target.Connection.Region),
                };
            })
            .ConfigureAwait(false);
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
