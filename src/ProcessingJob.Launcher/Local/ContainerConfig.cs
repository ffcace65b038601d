using System.Text.Json.Nodes;
using ProcessingJob.Contract.Container;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Launcher.Local;

/// <summary>
/// Writes <c>processingjobconfig.json</c> and <c>resourceconfig.json</c> as SageMaker does: same members, explicit nulls, names inside the
/// container.
/// </summary>
public static class ContainerConfig
{
    /// <param name="paths">The host's container root.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="host">Name of this host.</param>
    /// <param name="hosts">Names of all hosts.</param>
    /// <param name="spec">For instance, image, environment and limits.</param>
    /// <param name="inputs">URI by channel name: data, model, config.</param>
    /// <param name="output">URI of the output.</param>
    public static void Write(
        ContainerPaths paths,
        string job,
        string host,
        IReadOnlyList<string> hosts,
        JobSpec spec,
        IReadOnlyDictionary<string, string> inputs,
        string output
    )
    {
        Directory.CreateDirectory(Path.GetDirectoryName(paths.ProcessingJobConfigFile)!);
        File.WriteAllText(paths.ProcessingJobConfigFile, Job(job, hosts.Count, spec, inputs, output).ToJsonString());
        File.WriteAllText(
            paths.ResourceConfigFile,
            new JsonObject
            {
                ["current_host"] = host,
                ["hosts"] = new JsonArray([.. hosts.Select(h => (JsonNode)h)]),
                ["network_interface_name"] = "eth0",
                ["current_instance_type"] = "local",
            }.ToJsonString()
        );
    }

    static JsonObject Job(string job, int hosts, JobSpec spec, IReadOnlyDictionary<string, string> inputs, string output) =>
        new()
        {
            // The Python SDK's local mode, too, has the bare name in place of an ARN.
            ["ProcessingJobArn"] = job,
            ["ProcessingJobName"] = job,
            ["AppSpecification"] = new JsonObject
            {
                ["ImageUri"] = spec.Aws.Image ?? "local",
                ["ContainerEntrypoint"] = null,
                ["ContainerArguments"] = null,
            },
            ["Environment"] = new JsonObject(spec.Aws.Environment.Select(e => KeyValuePair.Create(e.Key, (JsonNode?)e.Value))),
            ["ProcessingInputs"] = new JsonArray([
                .. inputs.Select(e => (JsonNode)Input(e.Key, e.Value, e.Key == "data" && spec.Input.Sharding == Sharding.ByKey)),
            ]),
            ["ProcessingOutputConfig"] = new JsonObject
            {
                ["Outputs"] = new JsonArray(
                    new JsonObject
                    {
                        ["OutputName"] = "output",
                        ["S3Output"] = new JsonObject
                        {
                            ["LocalPath"] = "/opt/ml/processing/output",
                            ["S3Uri"] = output,
                            ["S3UploadMode"] = "EndOfJob",
                        },
                    }
                ),
                ["KmsKeyId"] = null,
            },
            ["ProcessingResources"] = new JsonObject
            {
                ["ClusterConfig"] = new JsonObject
                {
                    ["InstanceCount"] = hosts,
                    ["InstanceType"] = "local",
                    ["VolumeSizeInGB"] = spec.Compute.VolumeGb,
                    ["VolumeKmsKeyId"] = null,
                },
            },
            ["RoleArn"] = "<no_role>",
            ["StoppingCondition"] = new JsonObject { ["MaxRuntimeInSeconds"] = (long)spec.Compute.MaxRuntime.TotalSeconds },
        };

    static JsonObject Input(string name, string uri, bool sharded) =>
        new()
        {
            ["InputName"] = name,
            ["S3Input"] = new JsonObject
            {
                ["LocalPath"] = $"/opt/ml/processing/input/{name}",
                ["S3Uri"] = uri,
                ["S3DataDistributionType"] = sharded ? "ShardedByS3Key" : "FullyReplicated",
                ["S3DataType"] = "S3Prefix",
                ["S3InputMode"] = "File",
                ["S3CompressionType"] = "None",
                ["S3DownloadMode"] = "StartOfJob",
            },
        };
}
