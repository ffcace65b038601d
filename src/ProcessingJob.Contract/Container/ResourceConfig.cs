using System.Text.Json;
using System.Text.Json.Serialization;

namespace ProcessingJob.Contract.Container;

/// <summary>
/// <c>config/resourceconfig.json</c> as SageMaker writes it (snake_case, other keys ignored). A missing file means one host.
/// </summary>
public sealed record ResourceConfig(
    [property: JsonPropertyName("current_host")] string CurrentHost,
    [property: JsonPropertyName("hosts")] IReadOnlyList<string> Hosts,
    [property: JsonPropertyName("current_instance_type")] string? InstanceType = null
)
{
    public static ResourceConfig SingleHost { get; } = new("algo-1", ["algo-1"]);

    /// <summary>
    /// Index of this host in the ordinally sorted hosts: every host computes the same order (algo-10 comes before algo-2).
    /// </summary>
    [JsonIgnore]
    public int Rank => Hosts.Order(StringComparer.Ordinal).ToList().IndexOf(CurrentHost);

    /// <exception cref="PJobException">The file is there but is not what SageMaker writes.</exception>
    public static ResourceConfig Read(string path)
    {
        if (!File.Exists(path))
        {
            return SingleHost;
        }

        try
        {
            var config = JsonSerializer.Deserialize<ResourceConfig>(File.ReadAllBytes(path));
            if (config is { CurrentHost.Length: > 0, Hosts.Count: > 0 } && config.Hosts.Contains(config.CurrentHost))
            {
                return config;
            }
        }
        catch (JsonException e)
        {
            throw new PJobException($"{path}: not valid JSON: {JsonFault.Of(e)}", ExitCode.Failed, e);
        }
        throw new PJobException($"{path}: expected current_host and hosts, with the current host among them");
    }
}
