namespace ProcessingJob.Launcher.SageMaker;

/// <summary>CreateProcessingJob as it travels. Property names are the service's, and their order is that of its documentation.</summary>
public sealed record CreateJobRequest
{
    public required string ProcessingJobName { get; init; }
    public IReadOnlyList<JobInput>? ProcessingInputs { get; init; }
    public JobOutputConfig? ProcessingOutputConfig { get; init; }
    public required JobResources ProcessingResources { get; init; }
    public JobStoppingCondition? StoppingCondition { get; init; }
    public required JobApp AppSpecification { get; init; }
    public IReadOnlyDictionary<string, string>? Environment { get; init; }
    public JobNetwork? NetworkConfig { get; init; }
    public required string RoleArn { get; init; }
    public IReadOnlyList<JobTag>? Tags { get; init; }
}

public sealed record JobInput
{
    public required string InputName { get; init; }
    public bool AppManaged { get; init; }
    public required JobS3Input S3Input { get; init; }
}

/// <summary>LocalPath and S3InputMode are always sent: the service demands them although its model calls them optional.</summary>
public sealed record JobS3Input
{
    public required string S3Uri { get; init; }
    public required string LocalPath { get; init; }

    /// <summary>S3Prefix | ManifestFile.</summary>
    public string S3DataType { get; init; } = "S3Prefix";

    /// <summary>File | Pipe.</summary>
    public string S3InputMode { get; init; } = "File";

    /// <summary>FullyReplicated | ShardedByS3Key.</summary>
    public string S3DataDistributionType { get; init; } = "FullyReplicated";

    /// <summary>None | Gzip.</summary>
    public string S3CompressionType { get; init; } = "None";
}

public sealed record JobOutputConfig
{
    public required IReadOnlyList<OutputTarget> Outputs { get; init; }
    public string? KmsKeyId { get; init; }
}

public sealed record OutputTarget
{
    public required string OutputName { get; init; }
    public bool AppManaged { get; init; }
    public required JobS3Output S3Output { get; init; }
}

public sealed record JobS3Output
{
    public required string S3Uri { get; init; }
    public required string LocalPath { get; init; }

    /// <summary>Continuous | EndOfJob.</summary>
    public required string S3UploadMode { get; init; }
}

public sealed record JobResources
{
    public required JobCluster ClusterConfig { get; init; }
}

public sealed record JobCluster
{
    /// <summary>Of whichever type is taken.</summary>
    public required int InstanceCount { get; init; }

    /// <summary>Null exactly when there are <see cref="InstancePreferences"/>.</summary>
    public string? InstanceType { get; init; }
    public required int VolumeSizeInGB { get; init; }
    public string? VolumeKmsKeyId { get; init; }

    /// <summary>Up to five types in order: the service takes the first with capacity.</summary>
    public IReadOnlyList<InstancePreference>? InstancePreferences { get; init; }

    /// <summary>Which of the preferences was taken; only in Describe's answer.</summary>
    public string? SelectedInstanceType { get; init; }

    /// <summary>The type that runs, or those that may.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string TypeText =>
        SelectedInstanceType ?? InstanceType ?? string.Join(" or ", (InstancePreferences ?? []).Select(p => p.InstanceType));
}

public sealed record InstancePreference(string InstanceType);

public sealed record JobStoppingCondition
{
    public required int MaxRuntimeInSeconds { get; init; }
}

public sealed record JobApp
{
    public required string ImageUri { get; init; }
    public IReadOnlyList<string>? ContainerEntrypoint { get; init; }
    public IReadOnlyList<string>? ContainerArguments { get; init; }
}

public sealed record JobNetwork
{
    public bool EnableInterContainerTrafficEncryption { get; init; }
    public bool EnableNetworkIsolation { get; init; }
    public JobVpc? VpcConfig { get; init; }
}

public sealed record JobVpc
{
    public required IReadOnlyList<string> SecurityGroupIds { get; init; }
    public required IReadOnlyList<string> Subnets { get; init; }
}

public sealed record JobTag(string Key, string Value);
