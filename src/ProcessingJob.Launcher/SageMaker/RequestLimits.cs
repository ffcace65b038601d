using System.Text.RegularExpressions;
using ProcessingJob.Launcher.Cost;

namespace ProcessingJob.Launcher.SageMaker;

/// <summary>Every documented limit of CreateProcessingJob, checked before the request leaves. Messages name the key of job.yaml.</summary>
public static partial class RequestLimits
{
    /// <summary>The faults of a request, each as "key: found, expected"; empty when the service has nothing to object to.</summary>
    public static IReadOnlyList<string> Check(CreateJobRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var faults = new Faults();
        faults.Text("name", request.ProcessingJobName, 1, 63, JobNamePattern(), "letters, digits and single inner hyphens");
        faults.Text("aws.role", request.RoleArn, 20, 2048, RolePattern(), "the role's ARN, arn:aws:iam::<12 digits>:role/<name>");
        CheckApp(request.AppSpecification, faults);
        CheckCluster(request.ProcessingResources.ClusterConfig, faults);
        if (request.StoppingCondition is { } stop)
        {
            faults.Range("compute.max_runtime", stop.MaxRuntimeInSeconds, 1, 777_600, "seconds (9 days)");
        }

        CheckChannels(request, faults);
        CheckEnvironment(request.Environment ?? new Dictionary<string, string>(), faults);
        CheckNetwork(request.NetworkConfig?.VpcConfig, faults);
        CheckTags(request.Tags ?? [], faults);
        return faults.List;
    }

    static void CheckApp(JobApp app, Faults faults)
    {
        // A full registry path with "@sha256:" and 64 digits can pass the limit although the name alone does not.
        faults.Text("aws.image", app.ImageUri, 1, 255, AnythingPattern(), "the URI of an image in ECR");
        foreach (
            var (member, list) in new[] { ("ContainerEntrypoint", app.ContainerEntrypoint), ("ContainerArguments", app.ContainerArguments) }
        )
        {
            if (list is null)
            {
                continue;
            }

            faults.Count(member, list.Count, 1, 100);
            foreach (var item in list)
            {
                faults.Text(member, item, 1, 256, AnythingPattern(), "one line of text, not empty");
            }
        }
    }

    static void CheckCluster(JobCluster cluster, Faults faults)
    {
        faults.Range("compute.instance_count", cluster.InstanceCount, 1, 100, "instances");
        faults.Range("compute.volume_gb", cluster.VolumeSizeInGB, 1, 16_384, "GB");
        if (cluster.VolumeKmsKeyId is { } key)
        {
            faults.Text("aws.kms_key", key, 0, 2048, KmsPattern(), "a key id, ARN or alias");
        }

        var types = cluster.InstancePreferences?.Select(p => p.InstanceType).ToList() ?? [cluster.InstanceType ?? ""];
        faults.Count("compute.instance_type", types.Count, 1, 5);
        foreach (var twice in Repeated(types))
        {
            faults.Add("compute.instance_type", $"{twice} stands twice");
        }

        foreach (var type in types)
        {
            CheckType(type, cluster, faults);
        }
    }

    static void CheckType(string type, JobCluster cluster, Faults faults)
    {
        // The service's list grows often, so that an unknown type is no fault, only a wrong form is.
        if (!InstancePattern().IsMatch(type))
        {
            faults.Add("compute.instance_type", $"found \"{type}\", expected a SageMaker type such as ml.g5.xlarge");
        }

        if (ArmPattern().IsMatch(type))
        {
            faults.Add(
                "compute.instance_type",
                $"{type} has Graviton CPUs (arm64); SageMaker Processing has only x86-64, as has the image"
            );
        }
        else if (OtherAcceleratorPattern().IsMatch(type))
        {
            faults.Add(
                "compute.instance_type",
                $"{type} is not among the types of SageMaker Processing; fix: take ml.g5, ml.g6 or ml.p5.4xlarge"
            );
        }

        if (InstanceTypes.Default.Find(type) is not { NvmeGb: > 0 } local)
        {
            return;
        }

        if (cluster.VolumeSizeInGB > local.NvmeGb)
        {
            faults.Add(
                "compute.volume_gb",
                $"found {cluster.VolumeSizeInGB}, but {local.Type} has {local.NvmeGb} GB of local NVMe in place of a volume. "
                    + "Lower it, or choose a larger type"
            );
        }

        if (cluster.VolumeKmsKeyId is not null)
        {
            faults.Add(
                "aws.kms_key",
                $"{local.Type} has local NVMe, which takes no volume key; fix: list only types with local disks, or only types without"
            );
        }
    }

    static void CheckChannels(CreateJobRequest request, Faults faults)
    {
        var inputs = request.ProcessingInputs ?? [];
        var outputs = request.ProcessingOutputConfig?.Outputs ?? [];
        faults.Count("ProcessingInputs", inputs.Count, 0, 10);
        faults.Count("ProcessingOutputConfig.Outputs", outputs.Count, 0, 10);
        foreach (var input in inputs)
        {
            CheckChannel(input.InputName, input.S3Input.S3Uri, input.S3Input.LocalPath, faults);
        }

        foreach (var output in outputs)
        {
            CheckChannel(output.OutputName, output.S3Output.S3Uri, output.S3Output.LocalPath, faults);
        }

        if (request.ProcessingOutputConfig?.KmsKeyId is { } key)
        {
            faults.Text("aws.kms_key", key, 0, 2048, KmsPattern(), "a key id, ARN or alias");
        }

        foreach (var name in Repeated([.. inputs.Select(i => i.InputName), .. outputs.Select(o => o.OutputName)]))
        {
            faults.Add(KeyOf(name), $"two inputs or outputs are called \"{name}\"");
        }

        foreach (
            var path in Repeated([
                .. inputs.Select(i => i.S3Input.LocalPath.TrimEnd('/')),
                .. outputs.Select(o => o.S3Output.LocalPath.TrimEnd('/')),
            ])
        )
        {
            faults.Add("LocalPath", $"two inputs or outputs share \"{path}\"");
        }
    }

    static void CheckChannel(string name, string uri, string path, Faults faults)
    {
        faults.Text(KeyOf(name), uri, 1, 1024, UriPattern(), "s3://bucket/prefix/");
        faults.Text($"LocalPath of {name}", path, 1, 256, LocalPathPattern(), "a path below /opt/ml/processing/");
    }

    static void CheckEnvironment(IReadOnlyDictionary<string, string> environment, Faults faults)
    {
        faults.Count("aws.environment", environment.Count, 0, 100);
        foreach (var (key, value) in environment)
        {
            faults.Text($"aws.environment.{Short(key)}", key, 1, 256, EnvironmentPattern(), "a name of letters, digits and underscores");
            faults.Text($"aws.environment.{Short(key)}", value, 0, 256, AnyTextPattern(), "a value");
        }
    }

    static void CheckNetwork(JobVpc? vpc, Faults faults)
    {
        if (vpc is null)
        {
            return;
        }

        faults.Count("aws.subnets", vpc.Subnets.Count, 1, 16);
        faults.Count("aws.security_groups", vpc.SecurityGroupIds.Count, 1, 5);
        foreach (var id in vpc.Subnets)
        {
            faults.Text("aws.subnets", id, 1, 32, IdPattern(), "a subnet's id");
        }

        foreach (var id in vpc.SecurityGroupIds)
        {
            faults.Text("aws.security_groups", id, 1, 32, IdPattern(), "a security group's id");
        }
    }

    static void CheckTags(IReadOnlyList<JobTag> tags, Faults faults)
    {
        faults.Count("aws.tags", tags.Count, 0, 50);
        foreach (var tag in tags)
        {
            var key = $"aws.tags.{Short(tag.Key)}";
            faults.Text(key, tag.Key, 1, 128, TagPattern(), "a key of letters, digits, spaces and _.:/=+-@");
            faults.Text(key, tag.Value, 0, 256, TagPattern(), "a value of letters, digits, spaces and _.:/=+-@");
            if (tag.Key.StartsWith("aws:", StringComparison.OrdinalIgnoreCase))
            {
                faults.Add(key, "keys that begin with aws: are reserved");
            }
        }
        foreach (var key in Repeated([.. tags.Select(t => t.Key)]))
        {
            faults.Add($"aws.tags.{Short(key)}", "the key stands twice");
        }
    }

    // m7g, c7gn, r6gd, t4g, g5g; not g5 or g4dn.
    [GeneratedRegex(@"^ml\.[a-z]+[0-9]+g[a-z]*\.")]
    private static partial Regex ArmPattern();

    // Of training and inference alone: A100s, most H100s, and chips that the worker has no code for.
    [GeneratedRegex(@"^ml\.(p4d|p4de|p3dn|trn[0-9][a-z]*|inf[0-9][a-z]*)\.")]
    private static partial Regex OtherAcceleratorPattern();

    static string KeyOf(string channel) =>
        channel switch
        {
            "data" => "input.data",
            "model" => "model",
            "output" => "output.data",
            _ => channel,
        };

    static IEnumerable<string> Repeated(IEnumerable<string> items) =>
        items.GroupBy(i => i, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => g.Key);

    static string Short(string text) => text.Length <= 60 ? text : text[..57] + "...";

    sealed class Faults
    {
        public List<string> List { get; } = [];

        public void Add(string key, string what) => List.Add($"{key}: {what}.");

        public void Range(string key, long value, long min, long max, string unit)
        {
            if (value < min || value > max)
            {
                Add(key, $"found {value}, expected {min} to {max} {unit}");
            }
        }

        public void Count(string key, int count, int min, int max)
        {
            if (count < min || count > max)
            {
                Add(key, $"found {count} entries, expected {min} to {max}");
            }
        }

        public void Text(string key, string? value, int min, int max, Regex pattern, string expected)
        {
            var length = value?.Length ?? 0;
            if (length < min || length > max)
            {
                Add(
                    key,
                    length == 0
                        ? $"nothing is set, expected {expected}"
                        : $"found {length} characters (\"{Short(value!)}\"), expected {min} to {max}"
                );
            }
            else if (length > 0 && !pattern.IsMatch(value!))
            {
                Add(key, $"found \"{Short(value!)}\", expected {expected}");
            }
        }
    }

    [GeneratedRegex(@"^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}\z")]
    private static partial Regex JobNamePattern();

    [GeneratedRegex(@"^arn:aws[a-z\-]*:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+\z")]
    private static partial Regex RolePattern();

    [GeneratedRegex(@"^.*\z")]
    private static partial Regex AnythingPattern();

    [GeneratedRegex(@"^[\S\s]*\z")]
    private static partial Regex AnyTextPattern();

    [GeneratedRegex(@"^ml\.[a-z0-9-]+\.[a-z0-9]+\z")]
    private static partial Regex InstancePattern();

    [GeneratedRegex(@"^[a-zA-Z0-9:/_-]*\z")]
    private static partial Regex KmsPattern();

    [GeneratedRegex(@"^(https|s3)://([^/]+)/?(.*)\z")]
    private static partial Regex UriPattern();

    [GeneratedRegex(@"^/opt/ml/processing/.+\z")]
    private static partial Regex LocalPathPattern();

    [GeneratedRegex(@"^[a-zA-Z_][a-zA-Z0-9_]*\z")]
    private static partial Regex EnvironmentPattern();

    [GeneratedRegex(@"^[-0-9a-zA-Z]+\z")]
    private static partial Regex IdPattern();

    [GeneratedRegex(@"^[\p{L}\p{Z}\p{N}_.:/=+\-@]*\z")]
    private static partial Regex TagPattern();
}
