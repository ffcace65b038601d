using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher.Cost;
using ProcessingJob.Storage;

namespace ProcessingJob.Launcher.SageMaker;

/// <summary>From a spec and a placement to the exact CreateProcessingJob request.</summary>
public static class SageMakerRequest
{
    public const string InputRoot = "/opt/ml/processing/input/";
    public const string OutputPath = "/opt/ml/processing/output";

    /// <summary>Builds the request and checks every limit of the service.</summary>
    /// <exception cref="PJobException">The service would refuse it; the message has one line per fault, each with its key of
    /// job.yaml.</exception>
    public static CreateJobRequest Build(JobSpec spec, JobPlacement place)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(place);
        var request = new CreateJobRequest
        {
            ProcessingJobName = place.JobName,
            ProcessingInputs = Inputs(spec, place),
            ProcessingOutputConfig = Outputs(spec, place),
            ProcessingResources = new JobResources { ClusterConfig = Cluster(spec, place.InstanceTypes, spec.Compute.InstanceCount) },
            StoppingCondition = new JobStoppingCondition
            {
                MaxRuntimeInSeconds = (int)Math.Min(int.MaxValue, Math.Ceiling(spec.Compute.MaxRuntime.TotalSeconds)),
            },
            AppSpecification = new JobApp { ImageUri = place.ImageUri },
            Environment = Environment(spec, place),
            NetworkConfig = Network(spec, Isolated(spec)),
            RoleArn = place.RoleArn,
            Tags = Tags(spec),
        };
        string[] own =
            spec.Aws.NetworkIsolation == true && Streams(spec)
                ?
                [
                    "aws.network_isolation: true, but transfer: stream needs the network (a container in isolation has neither "
                        + "network nor credentials); fix: use transfer: service, or leave network_isolation out",
                ]
                : [];
        return Checked(request, own);
    }

    static CreateJobRequest Checked(CreateJobRequest request, IEnumerable<string> ownFaults)
    {
        List<string> faults = [.. RequestLimits.Check(request), .. ownFaults];
        return faults.Count == 0
            ? request
            : throw new PJobException("SageMaker would refuse this job:\n  " + string.Join("\n  ", faults), ExitCode.BadSpec);
    }

    /// <summary>
    /// A job of one host that reads and writes nothing: only the image with these arguments, on the spec's volume and network.
    /// </summary>
    /// <exception cref="PJobException">BadSpec: the service would refuse it.</exception>
    internal static CreateJobRequest OfOneHost(
        JobSpec spec,
        (string Name, string InstanceType, string ImageUri, string RoleArn) job,
        TimeSpan maxRuntime,
        params string[] arguments
    ) =>
        Checked(
            new()
            {
                ProcessingJobName = job.Name,
                ProcessingResources = new() { ClusterConfig = Cluster(spec, [job.InstanceType], 1) },
                StoppingCondition = new() { MaxRuntimeInSeconds = (int)maxRuntime.TotalSeconds },
                AppSpecification = new() { ImageUri = job.ImageUri, ContainerArguments = arguments },
                NetworkConfig = Network(spec, isolated: true),
                RoleArn = job.RoleArn,
                Tags = Tags(spec),
            },
            []
        );

    /// <summary>Whether a container of this job has no network: the default while the service does all transfers.</summary>
    public static bool Isolated(JobSpec spec) => spec.Aws.NetworkIsolation ?? !Streams(spec);

    static bool HasLocalDisk(string type) => InstanceTypes.Default.Find(type)?.NvmeGb > 0;

    static bool Streams(JobSpec spec) => spec.Input.Transfer == Transfer.Stream || spec.Output.Transfer == Transfer.Stream;

    static List<JobInput> Inputs(JobSpec spec, JobPlacement place)
    {
        var inputs = new List<JobInput> { Input("config", place.Config.AsFolder()), Input("model", place.Model.AsFolder()) };
        if (spec.Input.Transfer == Transfer.Service)
        {
            // Balanced plans cut files into ranges, so each host needs to see them all; by_key leaves whole files to the service.
            inputs.Insert(
                0,
                Input(
                    "data",
                    place.DataIsObject ? place.Data : place.Data.AsFolder(),
                    spec.Input.Sharding == Sharding.ByKey ? "ShardedByS3Key" : "FullyReplicated"
                )
            );
        }
        return inputs;
    }

    static JobInput Input(string name, S3Uri uri, string distribution = "FullyReplicated") =>
        new()
        {
            InputName = name,
            S3Input = new JobS3Input
            {
                S3Uri = uri.ToString(),
                LocalPath = InputRoot + name,
                S3DataDistributionType = distribution,
            },
        };

    /// <summary>
    /// Continuous, not EndOfJob: what a failed or stopped job leaves under EndOfJob is undocumented, and a resumed job lives from the
    /// units its forerunner committed. The price is that uploads have no order, so a commit record counts only with all its parts present.
    /// </summary>
    static JobOutputConfig? Outputs(JobSpec spec, JobPlacement place) =>
        spec.Output.Transfer == Transfer.Stream
            ? null
            : new JobOutputConfig
            {
                KmsKeyId = spec.Aws.KmsKey,
                Outputs =
                [
                    new OutputTarget
                    {
                        OutputName = "output",
                        S3Output = new JobS3Output
                        {
                            S3Uri = place.Output.AsFolder().ToString(),
                            LocalPath = OutputPath,
                            S3UploadMode = "Continuous",
                        },
                    },
                ],
            };

    static Dictionary<string, string>? Environment(JobSpec spec, JobPlacement place)
    {
        var environment = spec.Aws.Environment.ToDictionary(e => e.Key, e => e.Value, StringComparer.Ordinal);
        // The service does not promise AWS_REGION, and a worker that streams needs it for its S3 client.
        if (Streams(spec))
        {
            environment.TryAdd("AWS_REGION", place.Region);
        }

        return environment.Count == 0 ? null : environment;
    }

    static JobCluster Cluster(JobSpec spec, IReadOnlyList<string> types, int hosts) =>
        new()
        {
            InstanceCount = hosts,
            InstanceType = types is [var only] ? only : null,
            InstancePreferences = types.Count > 1 ? [.. types.Select(t => new InstancePreference(t))] : null,
            VolumeSizeInGB = spec.Compute.VolumeGb,
            // Instances with local NVMe get that instead of a volume, always encrypted by the hardware, and refuse a key.
            VolumeKmsKeyId = types.All(HasLocalDisk) ? null : spec.Aws.KmsKey,
        };

    static JobNetwork Network(JobSpec spec, bool isolated) =>
        new()
        {
            EnableInterContainerTrafficEncryption = spec.Aws.InterContainerEncryption,
            EnableNetworkIsolation = isolated,
            VpcConfig = Vpc(spec),
        };

    static List<JobTag>? Tags(JobSpec spec) => spec.Aws.Tags.Count == 0 ? null : [.. spec.Aws.Tags.Select(t => new JobTag(t.Key, t.Value))];

    static JobVpc? Vpc(JobSpec spec) =>
        spec.Aws.Subnets.Count == 0 && spec.Aws.SecurityGroups.Count == 0
            ? null
            : new JobVpc { SecurityGroupIds = spec.Aws.SecurityGroups, Subnets = spec.Aws.Subnets };
}
