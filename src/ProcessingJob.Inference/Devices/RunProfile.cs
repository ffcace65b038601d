using System.Text.Json;

namespace ProcessingJob.Inference.Devices;

/// <summary>A node as it ran.</summary>
/// <param name="Name">As in the optimized graph.</param>
/// <param name="Operation">Its operator.</param>
/// <param name="Provider">The execution provider that ran it.</param>
/// <param name="Inputs">Element type and dimensions of its inputs, those that are left out left out.</param>
sealed record ProfiledNode(string Name, string Operation, string Provider, IReadOnlyList<ProfiledInput> Inputs);

/// <param name="Type">float, float16, int32, …</param>
/// <param name="Rank">Dimensions.</param>
readonly record struct ProfiledInput(string Type, int Rank);

/// <summary>
/// Reads the file that ONNX Runtime writes of a profiled session (onnxruntime.ai/docs/performance/tune-performance/profiling-tools.html).
/// </summary>
static class RunProfile
{
    const string KernelSuffix = "_kernel_time";

    /// <summary>Every node once, in the order in which they ran first.</summary>
    /// <exception cref="JsonException">It is not such a file.</exception>
    public static IReadOnlyList<ProfiledNode> Read(ReadOnlySpan<byte> json)
    {
        var nodes = new List<ProfiledNode>();
        var seen = new HashSet<(string, string)>();
        using var document = JsonDocument.Parse(json.ToArray());
        foreach (var record in document.RootElement.EnumerateArray())
        {
            if (
                Text(record, "cat") != "Node"
                || Text(record, "name") is not { } name
                || !name.EndsWith(KernelSuffix, StringComparison.Ordinal)
                || !record.TryGetProperty("args", out var args)
                || Text(args, "op_name") is not { } operation
                || Text(args, "provider") is not { Length: > 0 } provider
            )
            {
                continue;
            }

            name = name[..^KernelSuffix.Length];
            if (seen.Add((name, operation)))
            {
                nodes.Add(new ProfiledNode(name, operation, provider, Inputs(args)));
            }
        }

        return nodes;
    }

    // [{"float":[2,8,32]},{"int32":[2]}]
    static List<ProfiledInput> Inputs(JsonElement args)
    {
        var inputs = new List<ProfiledInput>();
        if (!args.TryGetProperty("input_type_shape", out var shapes) || shapes.ValueKind != JsonValueKind.Array)
        {
            return inputs;
        }

        foreach (var input in shapes.EnumerateArray().SelectMany(s => s.EnumerateObject()))
        {
            inputs.Add(new ProfiledInput(input.Name, input.Value.GetArrayLength()));
        }

        return inputs;
    }

    static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
