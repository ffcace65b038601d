using System.Text.Json.Serialization;

namespace ProcessingJob.Launcher.SageMaker;

/// <summary>ProcessingJobStatus. <see cref="Unknown"/>: a word newer than this program; treated as not terminal.</summary>
[JsonConverter(typeof(JobStatusConverter))]
public enum JobStatus
{
    Unknown,
    InProgress,
    Completed,
    Failed,
    Stopping,
    Stopped,
}

/// <summary>DescribeProcessingJob's answer: the request's members and what became of them.</summary>
public sealed record JobDescription
{
    public string ProcessingJobName { get; init; } = "";
    public string ProcessingJobArn { get; init; } = "";
    public JobStatus ProcessingJobStatus { get; init; }
    public string? FailureReason { get; init; }

    /// <summary>What the hosts wrote to output/message: together at most 1 KB.</summary>
    public string? ExitMessage { get; init; }
    public DateTimeOffset CreationTime { get; init; }

    /// <summary>Absent while instances are being provisioned: the only sign that tells pending from running.</summary>
    public DateTimeOffset? ProcessingStartTime { get; init; }
    public DateTimeOffset? ProcessingEndTime { get; init; }
    public DateTimeOffset? LastModifiedTime { get; init; }
    public IReadOnlyList<JobInput> ProcessingInputs { get; init; } = [];
    public JobOutputConfig? ProcessingOutputConfig { get; init; }
    public JobResources? ProcessingResources { get; init; }
    public JobStoppingCondition? StoppingCondition { get; init; }
    public JobApp? AppSpecification { get; init; }
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
    public JobNetwork? NetworkConfig { get; init; }
    public string? RoleArn { get; init; }

    [JsonIgnore]
    public bool IsTerminal => ProcessingJobStatus is JobStatus.Completed or JobStatus.Failed or JobStatus.Stopped;
}

/// <summary>One line of <c>pjob list</c>.</summary>
public sealed record JobSummary
{
    public string ProcessingJobName { get; init; } = "";
    public string ProcessingJobArn { get; init; } = "";
    public JobStatus ProcessingJobStatus { get; init; }
    public DateTimeOffset CreationTime { get; init; }
    public DateTimeOffset? ProcessingEndTime { get; init; }
    public string? FailureReason { get; init; }
    public string? ExitMessage { get; init; }
}

sealed class JobStatusConverter : JsonConverter<JobStatus>
{
    public override JobStatus Read(
        ref System.Text.Json.Utf8JsonReader reader,
        Type typeToConvert,
        System.Text.Json.JsonSerializerOptions options
    ) => Enum.TryParse(reader.GetString(), out JobStatus status) ? status : JobStatus.Unknown;

    public override void Write(System.Text.Json.Utf8JsonWriter writer, JobStatus value, System.Text.Json.JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
