using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ProcessingJob.Contract.Container;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Contract.Plan;

/// <summary>
/// The plan in the config channel: plan.json for all hosts, and compressed beside it a file a host, so that a host reads its own work and
/// not that of a hundred others.
/// </summary>
public static class PlanFiles
{
    public static readonly string Head = Path.GetFileName(new ContainerPaths("/").PlanFile);
    const string FileList = "plan-files.json.gz";

    static readonly JsonSerializerOptions Compact = new(ContractJson.Options) { TypeInfoResolver = PlanJson.Default };

    /// <summary>Names and contents, made one after another.</summary>
    public static IEnumerable<(string Name, byte[] Content)> Write(WorkPlan plan)
    {
        yield return (Head, ContractJson.Write(plan));
        if (plan.Sharding == Sharding.ByKey)
        {
            yield return (FileList, Compress(plan.Files));
        }

        foreach (var (rank, work) in plan.Hosts.Index())
        {
            yield return (OfHost(rank), Compress(work));
        }
    }

    /// <summary>The plan of this host's job; null: there is none.</summary>
    /// <exception cref="PJobException">Exit code 1: it is damaged; 2: a newer program wrote it.</exception>
    public static async Task<WorkPlan?> ReadAsync(ContainerPaths paths, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        if (!File.Exists(paths.PlanFile))
        {
            return null;
        }

        return ContractJson.Read(
            await File.ReadAllBytesAsync(paths.PlanFile, cancellationToken).ConfigureAwait(false),
            paths.PlanFile,
            InfoOf<WorkPlan>()
        );
    }

    /// <summary>The work of one host.</summary>
    /// <exception cref="PJobException">Exit code 1: the file is missing or damaged.</exception>
    public static async Task<HostWork> ReadHostAsync(ContainerPaths paths, int rank, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        cancellationToken.ThrowIfCancellationRequested();
        var path = Path.Combine(paths.Config, OfHost(rank));
        try
        {
            var file = Open(path);
            await using var fileScope = file.ConfigureAwait(false);
            return JsonSerializer.Deserialize(file, InfoOf<HostWork>()) ?? throw new JsonException("found null");
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            throw Damaged(path, e);
        }
    }

    /// <summary>The files of a job that is sharded by key, one after another.</summary>
    /// <exception cref="PJobException">Exit code 1: the list is missing or damaged.</exception>
    public static async IAsyncEnumerable<PlannedFile> ReadFilesAsync(
        ContainerPaths paths,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(paths);
        var path = Path.Combine(paths.Config, FileList);
        var list = Open(path);
        await using var listScope = list.ConfigureAwait(false);
        var files = JsonSerializer
            .DeserializeAsyncEnumerable(list, InfoOf<PlannedFile>(), cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        await using var filesScope = files.ConfigureAwait(false);
        while (true)
        {
            try
            {
                if (!await files.MoveNextAsync().ConfigureAwait(false))
                {
                    yield break;
                }
            }
            catch (Exception e) when (e is JsonException or InvalidDataException)
            {
                throw Damaged(path, e);
            }

            yield return files.Current ?? throw Damaged(path, new JsonException("found null"));
        }
    }

    /// <summary>How a type of <see cref="PlanJson"/> is read and written: what is given to the serializer it does not look for.</summary>
    internal static JsonTypeInfo<T> InfoOf<T>() => (JsonTypeInfo<T>)Compact.GetTypeInfo(typeof(T));

    static string OfHost(int rank) => $"plan-{rank}.json.gz";

    static byte[] Compress<T>(T value)
    {
        using var content = new MemoryStream();
        using (var gzip = new GZipStream(content, CompressionLevel.Fastest))
        {
            JsonSerializer.Serialize(gzip, value, InfoOf<T>());
        }

        return content.ToArray();
    }

    static GZipStream Open(string path) =>
        File.Exists(path)
            ? new(File.OpenRead(path), CompressionMode.Decompress)
            : throw new PJobException($"{path}: missing, although {Head} is there; fix: start the job again with pjob");

    static PJobException Damaged(string path, Exception e) => new($"{path}: damaged: {JsonFault.Of(e)}", ExitCode.Failed, e);
}
