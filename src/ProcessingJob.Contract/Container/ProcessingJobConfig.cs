using System.Text.Json;

namespace ProcessingJob.Contract.Container;

/// <summary>
/// What the worker uses of <c>config/processingjobconfig.json</c> (PascalCase, explicit nulls; unknown keys ignored). Absent when
/// the image is run by hand.
/// </summary>
/// <param name="JobName">ProcessingJobName.</param>
/// <param name="JobArn">ProcessingJobArn; local mode of the Python SDK writes the bare name here.</param>
/// <param name="InputUris">S3 URI by the local path it was copied to.</param>
/// <param name="Distributions">
/// FullyReplicated or ShardedByS3Key by local path; the results of queries (DatasetDefinition) are dealt out where nothing is said.
/// </param>
/// <param name="OutputUris">S3 URI by the local path that is uploaded to it.</param>
/// <param name="InstanceType">Of the cluster; null where the request gave a list.</param>
public sealed record ProcessingJobConfig(
    string? JobName,
    string? JobArn,
    IReadOnlyDictionary<string, string> InputUris,
    IReadOnlyDictionary<string, string> Distributions,
    IReadOnlyDictionary<string, string> OutputUris,
    string? InstanceType = null
)
{
    const string Query = "DatasetDefinition";
    static readonly ProcessingJobConfig Empty = new(
        null,
        null,
        new Dictionary<string, string>(),
        new Dictionary<string, string>(),
        new Dictionary<string, string>()
    );

    /// <summary>From the ARN; the container's environment is not promised to have it.</summary>
    public string? Region => JobArn?.Split(':') is { Length: >= 6 } parts && parts[0] == "arn" ? parts[3] : null;

    /// <exception cref="PJobException">The file is there but is not JSON.</exception>
    public static ProcessingJobConfig Read(string file)
    {
        if (!File.Exists(file))
        {
            return Empty;
        }

        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            var root = json.RootElement;
            var distributions = ByLocalPath(Member(root, "ProcessingInputs"), "S3Input", "S3DataDistributionType");
            foreach (var (path, type) in ByLocalPath(Member(root, "ProcessingInputs"), Query, "DataDistributionType", "ShardedByS3Key"))
            {
                distributions[path] = type;
            }

            return new(
                Text(root, "ProcessingJobName"),
                Text(root, "ProcessingJobArn"),
                ByLocalPath(Member(root, "ProcessingInputs"), "S3Input", "S3Uri"),
                distributions,
                ByLocalPath(Member(Member(root, "ProcessingOutputConfig"), "Outputs"), "S3Output", "S3Uri"),
                Text(Member(Member(root, "ProcessingResources"), "ClusterConfig"), "InstanceType")
            );
        }
        catch (JsonException e)
        {
            throw new PJobException($"{file}: not valid JSON: {JsonFault.Of(e)}", ExitCode.Failed, e);
        }
    }

    static Dictionary<string, string> ByLocalPath(JsonElement? list, string member, string name, string? missing = null)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        if (list is not { ValueKind: JsonValueKind.Array } items)
        {
            return values;
        }

        foreach (var item in items.EnumerateArray())
        {
            if (Text(Member(item, member), "LocalPath") is { } local && (Text(Member(item, member), name) ?? missing) is { } value)
            {
                values[local.TrimEnd('/')] = value;
            }
        }
        return values;
    }

    static JsonElement? Member(JsonElement? element, string name) =>
        element is { ValueKind: JsonValueKind.Object } e && e.TryGetProperty(name, out var value) ? value : null;

    static string? Text(JsonElement? element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;
}
