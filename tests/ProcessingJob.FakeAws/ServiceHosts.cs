using System.Text;
using System.Text.Json;
using Amazon.S3;

namespace ProcessingJob.FakeAws;

/// <summary>
/// Does a job's work as SageMaker does, from the request alone: copies the inputs to each host, writes the two config files, runs
/// the image's program (here a command), serves its lines as logs, and uploads the outputs.
/// </summary>
/// <param name="s3">Where inputs and outputs lie.</param>
/// <param name="logs">Where the hosts' lines go.</param>
/// <param name="command">The container's entry point: program and arguments.</param>
/// <param name="workFolder">Container roots are made below it.</param>
public sealed class ServiceHosts(IAmazonS3 s3, FakeLogs logs, IReadOnlyList<string> command, string workFolder)
{
    /// <summary>Variables of every container beside the request's, such as a test's script for the program.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>Variables that only a container with a network gets: credentials and endpoints.</summary>
    public Dictionary<string, string> NetworkEnvironment { get; } = [];

    /// <summary>Object keys that a dying job did not upload any more; uploads have no order.</summary>
    public Func<string, bool> LostUpload { get; set; } = _ => false;

    /// <summary>Runs all hosts to their end; for <see cref="FakeJobs.Runner"/>.</summary>
    public async Task<JobEnd> RunAsync(FakeJob job, CancellationToken cancellationToken)
    {
        var count = job.Request.GetProperty("ProcessingResources").GetProperty("ClusterConfig").GetProperty("InstanceCount").GetInt32();
        string[] names = [.. Enumerable.Range(1, count).Select(i => $"algo-{i}")];
        var channels = new ServiceChannels(s3, job.Request);
        try
        {
            var ended = await Task.WhenAll(names.Select((name, i) => RunHostAsync(job, name, i, names, channels, cancellationToken)))
                .ConfigureAwait(false);
            var completed = ended.All(e => e.ExitCode == 0);
            foreach (var host in ended)
            {
                await channels.UploadAsync(host.Root, completed, completed ? _ => false : LostUpload).ConfigureAwait(false);
            }

            var message = Cut(string.Concat(ended.Select(e => e.Message)));
            return new JobEnd(
                completed ? "Completed" : "Failed",
                completed ? null : "AlgorithmError: See job logs for more information",
                message.Length == 0 ? null : message
            );
        }
        catch (AmazonS3Exception e)
        {
            return new JobEnd("Failed", $"ClientError: Failed to download data. {e.Message}");
        }
    }

    async Task<(string Root, int ExitCode, string Message)> RunHostAsync(
        FakeJob job,
        string name,
        int index,
        string[] names,
        ServiceChannels channels,
        CancellationToken cancellationToken
    )
    {
        var root = Path.Combine(workFolder, job.Name, name);
        await channels.DownloadAsync(root, index, names.Length).ConfigureAwait(false);
        WriteConfig(job, root, name, names);
        Directory.CreateDirectory(Path.Combine(root, "output"));
        var arguments =
            job.Request.GetProperty("AppSpecification").TryGetProperty("ContainerArguments", out var given)
            && given.ValueKind == JsonValueKind.Array
                ? given.EnumerateArray().Select(a => a.GetString()!)
                : [];
        var container = new ServiceContainer([.. command, .. arguments], root, line => logs.Print(job.Name, name, line, job.Created));
        var code = await container.RunAsync(Variables(job), cancellationToken).ConfigureAwait(false);
        var message = Path.Combine(root, "output", "message");
        return (root, code, File.Exists(message) ? await File.ReadAllTextAsync(message, CancellationToken.None).ConfigureAwait(false) : "");
    }

    Dictionary<string, string> Variables(FakeJob job)
    {
        var variables = new Dictionary<string, string>(Environment);
        var isolated =
            job.Request.TryGetProperty("NetworkConfig", out var network)
            && network.TryGetProperty("EnableNetworkIsolation", out var i)
            && i.GetBoolean();
        if (!isolated)
        {
            foreach (var (key, value) in NetworkEnvironment)
            {
                variables[key] = value;
            }
        }

        if (job.Request.TryGetProperty(nameof(Environment), out var given))
        {
            foreach (var variable in given.EnumerateObject())
            {
                variables[variable.Name] = variable.Value.GetString()!;
            }
        }

        return variables;
    }

    static void WriteConfig(FakeJob job, string root, string name, string[] names)
    {
        Directory.CreateDirectory(Path.Combine(root, "config"));
        var request = job.Request.EnumerateObject().Where(m => m.Name is not "Tags").ToDictionary(m => m.Name, m => (object?)m.Value);
        request["ProcessingJobArn"] = job.Arn;
        File.WriteAllText(Path.Combine(root, "config", "processingjobconfig.json"), JsonSerializer.Serialize(request));
        File.WriteAllText(
            Path.Combine(root, "config", "resourceconfig.json"),
            JsonSerializer.Serialize(
                new
                {
                    current_host = name,
                    current_instance_type = job.InstanceType,
                    hosts = names,
                }
            )
        );
    }

    /// <summary>All hosts' messages together, cut at 1 KB.</summary>
    static string Cut(string message)
    {
        var bytes = Encoding.UTF8.GetBytes(message);
        return bytes.Length <= 1024 ? message : Encoding.UTF8.GetString(bytes, 0, 1024);
    }
}
