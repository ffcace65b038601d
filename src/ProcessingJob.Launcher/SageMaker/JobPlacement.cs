using ProcessingJob.Storage;

namespace ProcessingJob.Launcher.SageMaker;

/// <summary>Where a job runs and where its things lie: all that CreateProcessingJob needs beside the spec.</summary>
public sealed record JobPlacement
{
    /// <summary>The job's full name, base and hash.</summary>
    public required string JobName { get; init; }
    public required string Region { get; init; }
    public required string RoleArn { get; init; }

    /// <summary>The image, pinned by digest where the registry told it.</summary>
    public required string ImageUri { get; init; }

    /// <summary>In order of preference; at least one.</summary>
    public required IReadOnlyList<string> InstanceTypes { get; init; }

    /// <summary>Folder with job.json and plan.json.</summary>
    public required S3Uri Config { get; init; }

    /// <summary>Model folder.</summary>
    public required S3Uri Model { get; init; }

    /// <summary>Input: a folder, or one object.</summary>
    public required S3Uri Data { get; init; }

    /// <summary>True: <see cref="Data"/> is one object, which the service copies under its own name.</summary>
    public bool DataIsObject { get; init; }
    public required S3Uri Output { get; init; }
}
