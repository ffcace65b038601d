using System.Text.Json;

namespace ProcessingJob.FakeAws;

/// <summary>Rules between members of CreateProcessingJob, which the service checks although its model does not say them.</summary>
public static class CrossRules
{
    static readonly string[] LocalDisk = ["ml.g4dn.", "ml.g5.", "ml.g6.", "ml.g6e.", "ml.r5d."];

    /// <summary>The service's refusal, or null. Some refusals have no text, as in life.</summary>
    public static string? Check(JsonElement request)
    {
        var inputs = Items(request, "ProcessingInputs").ToList();
        var outputs = request.TryGetProperty("ProcessingOutputConfig", out var config) ? Items(config, "Outputs").ToList() : [];
        var names = inputs
            .Select(i => i.GetProperty("InputName").GetString()!)
            .Concat(outputs.Select(o => o.GetProperty("OutputName").GetString()!))
            .ToList();
        if (names.GroupBy(n => n).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            return $"Input and Output names must be globally unique: [{twice.Key}]";
        }

        var inputPaths = inputs.Select(i => Path(i, "S3Input")).ToList();
        if (inputPaths.Distinct().Count() < inputPaths.Count)
        {
            return "";
        }

        if (outputs.Any(o => inputPaths.Contains(Path(o, "S3Output"))))
        {
            return "The input and output local paths must differ.";
        }

        foreach (var list in new[] { "ContainerEntrypoint", "ContainerArguments" })
        {
            if (Items(request.GetProperty("AppSpecification"), list).Any(a => a.GetString() is null or ""))
            {
                return $"{list} must not hold null or empty strings.";
            }
        }
        foreach (var input in inputs.Select(i => i.GetProperty("S3Input")))
        {
            if (
                input.TryGetProperty("S3CompressionType", out var c)
                && c.GetString() == "Gzip"
                && input.GetProperty("S3InputMode").GetString() == "File"
            )
            {
                return "Gzip compression is only supported in Pipe mode.";
            }
        }
        var cluster = request.GetProperty("ProcessingResources").GetProperty("ClusterConfig");
        if (CheckTypes(cluster) is { } fault)
        {
            return fault;
        }

        if (Items(request, "Tags").Any(t => t.GetProperty("Key").GetString()!.StartsWith("aws:", StringComparison.OrdinalIgnoreCase)))
        {
            return "Tag keys must not begin with aws:";
        }

        return null;
    }

    static string? CheckTypes(JsonElement cluster)
    {
        if (cluster.TryGetProperty("SelectedInstanceType", out _) || cluster.TryGetProperty("SelectedInstanceCount", out _))
        {
            return "SelectedInstanceType and SelectedInstanceCount are read only.";
        }

        var preferences = Items(cluster, "InstancePreferences").ToList();
        if (cluster.TryGetProperty("InstanceType", out var one) == preferences.Count > 0)
        {
            return "Specify either InstanceType or InstancePreferences.";
        }

        var counted = preferences.Count(p => p.TryGetProperty("InstanceCount", out _));
        if (cluster.TryGetProperty("InstanceCount", out _) ? counted > 0 : counted == 0 || counted < preferences.Count)
        {
            return "Specify InstanceCount either in ClusterConfig or in every preference.";
        }

        List<string> types =
            preferences.Count > 0 ? [.. preferences.Select(p => p.GetProperty("InstanceType").GetString()!)] : [one.GetString()!];
        if (types.Distinct().Count() < types.Count)
        {
            return "Instance types in InstancePreferences must be unique.";
        }

        return
            cluster.TryGetProperty("VolumeKmsKeyId", out _)
            && types.FirstOrDefault(type => LocalDisk.Any(t => type.StartsWith(t, StringComparison.Ordinal))) is { } local
            ? $"VolumeKmsKeyId cannot be used with {local}, which has local storage."
            : null;
    }

    static JsonElement.ArrayEnumerator Items(JsonElement of, string member) =>
        of.TryGetProperty(member, out var list) ? list.EnumerateArray() : default;

    static string Path(JsonElement channel, string member) =>
        channel.GetProperty(member).GetProperty("LocalPath").GetString()!.TrimEnd('/');
}
