#if AWSSDK_SAGEMAKER
using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.SageMaker;
using Amazon.SageMaker.Model;
using ProcessingJob.Launcher.Aws;

namespace ProcessingJob.Launcher.SageMaker;

/// <summary>
/// <see cref="IProcessingJobs"/> over AWSSDK.SageMaker; built with <c>-p:AwsSdkSageMaker=true</c> where the package can be had.
/// </summary>
public sealed class SdkSageMakerJobs(IAmazonSageMaker client) : IProcessingJobs
{
    public SdkSageMakerJobs(AwsConnection connection)
        : this(new AmazonSageMakerClient(connection.ResolveCredentials(), connection.Apply(new AmazonSageMakerConfig()))) { }

    public async Task<string> CreateAsync(CreateJobRequest request, CancellationToken cancellationToken = default) =>
        (await client.CreateProcessingJobAsync(ToSdk(request), cancellationToken).ConfigureAwait(false)).ProcessingJobArn;

    public async Task<JobDescription?> DescribeAsync(string name, CancellationToken cancellationToken = default)
    {
        try
        {
            return FromSdk(
                await client
                    .DescribeProcessingJobAsync(new DescribeProcessingJobRequest { ProcessingJobName = name }, cancellationToken)
                    .ConfigureAwait(false)
            );
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
            await client
                .StopProcessingJobAsync(new StopProcessingJobRequest { ProcessingJobName = name }, cancellationToken)
                .ConfigureAwait(false);
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
        var request = new ListProcessingJobsRequest
        {
            NameContains = nameContains,
            SortBy = SortBy.CreationTime,
            SortOrder = SortOrder.Descending,
            MaxResults = 100,
        };
        if (status is { } s)
        {
            request.StatusEquals = new ProcessingJobStatus(s.ToString());
        }

        await foreach (
            var job in client
                .Paginators.ListProcessingJobs(request)
                .ProcessingJobSummaries.WithCancellation(cancellationToken)
                .ConfigureAwait(false)
        )
        {
            yield return new JobSummary
            {
                ProcessingJobName = job.ProcessingJobName,
                ProcessingJobArn = job.ProcessingJobArn,
                ProcessingJobStatus = StatusOf(job.ProcessingJobStatus),
                CreationTime = TimeOf(job.CreationTime) ?? default,
                ProcessingEndTime = TimeOf(job.ProcessingEndTime),
                FailureReason = job.FailureReason,
                ExitMessage = job.ExitMessage,
            };
        }
    }

    static CreateProcessingJobRequest ToSdk(CreateJobRequest r) =>
        new()
        {
            ProcessingJobName = r.ProcessingJobName,
            RoleArn = r.RoleArn,
            AppSpecification = new AppSpecification
            {
                ImageUri = r.AppSpecification.ImageUri,
                ContainerEntrypoint = r.AppSpecification.ContainerEntrypoint?.ToList(),
                ContainerArguments = r.AppSpecification.ContainerArguments?.ToList(),
            },
            ProcessingResources = new ProcessingResources
            {
                ClusterConfig = new ProcessingClusterConfig
                {
                    InstanceCount = r.ProcessingResources.ClusterConfig.InstanceCount,
                    InstanceType = r.ProcessingResources.ClusterConfig.InstanceType,
                    VolumeSizeInGB = r.ProcessingResources.ClusterConfig.VolumeSizeInGB,
                    VolumeKmsKeyId = r.ProcessingResources.ClusterConfig.VolumeKmsKeyId,
                    InstancePreferences = r
                        .ProcessingResources.ClusterConfig.InstancePreferences?.Select(p => new ProcessingInstancePreference
                        {
                            InstanceType = p.InstanceType,
                        })
                        .ToList(),
                },
            },
            StoppingCondition = r.StoppingCondition is { } stop
                ? new ProcessingStoppingCondition { MaxRuntimeInSeconds = stop.MaxRuntimeInSeconds }
                : null,
            ProcessingInputs = r
                .ProcessingInputs?.Select(i => new ProcessingInput
                {
                    InputName = i.InputName,
                    AppManaged = i.AppManaged,
                    S3Input = new ProcessingS3Input
                    {
                        S3Uri = i.S3Input.S3Uri,
                        LocalPath = i.S3Input.LocalPath,
                        S3DataType = i.S3Input.S3DataType,
                        S3InputMode = i.S3Input.S3InputMode,
                        S3DataDistributionType = i.S3Input.S3DataDistributionType,
                        S3CompressionType = i.S3Input.S3CompressionType,
                    },
                })
                .ToList(),
            ProcessingOutputConfig = r.ProcessingOutputConfig is { } config
                ? new ProcessingOutputConfig
                {
                    KmsKeyId = config.KmsKeyId,
                    Outputs =
                    [
                        .. config.Outputs.Select(o => new ProcessingOutput
                        {
                            OutputName = o.OutputName,
                            AppManaged = o.AppManaged,
                            S3Output = new ProcessingS3Output
                            {
                                S3Uri = o.S3Output.S3Uri,
                                LocalPath = o.S3Output.LocalPath,
                                S3UploadMode = o.S3Output.S3UploadMode,
                            },
                        }),
                    ],
                }
                : null,
            Environment = r.Environment?.ToDictionary(),
            Tags = r.Tags?.Select(t => new Tag { Key = t.Key, Value = t.Value }).ToList(),
            NetworkConfig = r.NetworkConfig is { } network
                ? new NetworkConfig
                {
                    EnableNetworkIsolation = network.EnableNetworkIsolation,
                    EnableInterContainerTrafficEncryption = network.EnableInterContainerTrafficEncryption,
                    VpcConfig = network.VpcConfig is { } vpc
                        ? new VpcConfig { SecurityGroupIds = [.. vpc.SecurityGroupIds], Subnets = [.. vpc.Subnets] }
                        : null,
                }
                : null,
        };

    static JobDescription FromSdk(DescribeProcessingJobResponse j) =>
        new()
        {
            ProcessingJobName = j.ProcessingJobName,
            ProcessingJobArn = j.ProcessingJobArn,
            ProcessingJobStatus = StatusOf(j.ProcessingJobStatus),
            FailureReason = j.FailureReason,
            ExitMessage = j.ExitMessage,
            CreationTime = TimeOf(j.CreationTime) ?? default,
            ProcessingStartTime = TimeOf(j.ProcessingStartTime),
            ProcessingEndTime = TimeOf(j.ProcessingEndTime),
            LastModifiedTime = TimeOf(j.LastModifiedTime),
            RoleArn = j.RoleArn,
            AppSpecification = new JobApp
            {
                ImageUri = j.AppSpecification.ImageUri,
                ContainerEntrypoint = j.AppSpecification.ContainerEntrypoint,
                ContainerArguments = j.AppSpecification.ContainerArguments,
            },
            Environment = j.Environment ?? [],
            ProcessingResources = j.ProcessingResources?.ClusterConfig is { } cluster
                ? new JobResources
                {
                    ClusterConfig = new JobCluster
                    {
                        InstanceCount = cluster.InstanceCount ?? 0,
                        InstanceType = cluster.InstanceType?.Value,
                        InstancePreferences = cluster.InstancePreferences is { Count: > 0 } list
                            ? [.. list.Select(p => new InstancePreference(p.InstanceType.Value))]
                            : null,
                        SelectedInstanceType = cluster.SelectedInstanceType?.Value,
                        VolumeSizeInGB = cluster.VolumeSizeInGB ?? 0,
                        VolumeKmsKeyId = cluster.VolumeKmsKeyId,
                    },
                }
                : null,
            ProcessingOutputConfig = j.ProcessingOutputConfig is { } config
                ? new JobOutputConfig
                {
                    KmsKeyId = config.KmsKeyId,
                    Outputs =
                    [
                        .. (config.Outputs ?? [])
                            .Where(o => o.S3Output is not null)
                            .Select(o => new OutputTarget
                            {
                                OutputName = o.OutputName,
                                AppManaged = o.AppManaged ?? false,
                                S3Output = new JobS3Output
                                {
                                    S3Uri = o.S3Output.S3Uri,
                                    LocalPath = o.S3Output.LocalPath ?? "",
                                    S3UploadMode = o.S3Output.S3UploadMode?.Value ?? "",
                                },
                            }),
                    ],
                }
                : null,
            NetworkConfig = j.NetworkConfig is { } network
                ? new JobNetwork
                {
                    EnableInterContainerTrafficEncryption = network.EnableInterContainerTrafficEncryption ?? false,
                    EnableNetworkIsolation = network.EnableNetworkIsolation ?? false,
                    VpcConfig = network.VpcConfig is { } vpc
                        ? new JobVpc { SecurityGroupIds = vpc.SecurityGroupIds ?? [], Subnets = vpc.Subnets ?? [] }
                        : null,
                }
                : null,
            StoppingCondition = j.StoppingCondition?.MaxRuntimeInSeconds is { } seconds
                ? new JobStoppingCondition { MaxRuntimeInSeconds = seconds }
                : null,
            ProcessingInputs =
            [
                .. (j.ProcessingInputs ?? [])
                    .Where(i => i.S3Input is not null)
                    .Select(i => new JobInput
                    {
                        InputName = i.InputName,
                        AppManaged = i.AppManaged ?? false,
                        S3Input = new JobS3Input
                        {
                            S3Uri = i.S3Input.S3Uri,
                            LocalPath = i.S3Input.LocalPath ?? "",
                            S3DataType = i.S3Input.S3DataType?.Value ?? "S3Prefix",
                            S3InputMode = i.S3Input.S3InputMode?.Value ?? "File",
                            S3DataDistributionType = i.S3Input.S3DataDistributionType?.Value ?? "FullyReplicated",
                            S3CompressionType = i.S3Input.S3CompressionType?.Value ?? "None",
                        },
                    }),
            ],
        };

    static JobStatus StatusOf(ProcessingJobStatus status) =>
        Enum.TryParse(status?.Value, out JobStatus parsed) ? parsed : JobStatus.Unknown;

    static DateTimeOffset? TimeOf(DateTime? time) => time is { } t ? new DateTimeOffset(t.ToUniversalTime()) : null;
}
#endif
