using System.Text.Json.Serialization;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Container;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Finalizing;
using ProcessingJob.Launcher.Progress;
using ProcessingJob.Storage;

namespace ProcessingJob.Launcher.Local;

/// <summary>How far the job of an output folder is; tells at any time, also while it runs.</summary>
public sealed record LocalStatus
{
    public required string Output { get; init; }

    /// <summary>Running, Completed, or how the last run ended.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<JobState>))]
    public required JobState State { get; init; }

    /// <summary>Units that have a commit record, those still with the hosts of a running job included.</summary>
    public int UnitsCommitted { get; init; }

    /// <summary>Units of the job, when a run has ended once.</summary>
    public int? Units { get; init; }

    /// <summary>What the hosts of a running job have committed; null: none runs.</summary>
    public JobProgress? Progress { get; init; }

    /// <summary>Why the last run did not complete.</summary>
    public string? Message { get; init; }

    /// <summary>Null unless the job is completed.</summary>
    public JobCounts? Counts { get; init; }

    /// <exception cref="PJobException">Exit code 1: no job has written there.</exception>
    public static async Task<LocalStatus> ReadAsync(string folder, CancellationToken cancellationToken = default)
    {
        var output = LocalStore.Within(folder);
        var last = await output.ReadAsync(LocalTarget.LastRun, cancellationToken).ConfigureAwait(false) is { } run
            ? ContractJson.Read<LastRun>(run, LocalTarget.LastRun)
            : null;
        if (last is null && await OutputIdentity.ReadAsync(output, cancellationToken).ConfigureAwait(false) is null)
        {
            throw new PJobException($"{output.Location}: no job has written there");
        }

        var manifest =
            await output.ReadAsync(OutputLayout.Success, cancellationToken).ConfigureAwait(false) is not null
            && await output.ReadAsync(OutputLayout.Manifest, cancellationToken).ConfigureAwait(false) is { } json
                ? ContractJson.Read<Manifest>(json, OutputLayout.Manifest)
                : null;
        var isRunning = OutputLock.IsTaken(output);
        var (planned, left) = isRunning ? await PlannedAsync(output, cancellationToken).ConfigureAwait(false) : (null, []);
        return new()
        {
            Output = output.Location,
            State =
                isRunning ? JobState.Running
                : manifest is not null ? JobState.Completed
                : last?.Status ?? JobState.Interrupted,
            UnitsCommitted = CountCommits(output),
            Units = planned ?? manifest?.Units ?? last?.Units,
            Progress = isRunning ? Progressed(output, left) : null,
            Message = manifest is null && !isRunning ? last?.Message : null,
            Counts = manifest is null ? null : JobCounts.Of(manifest),
        };
    }

    static int CountCommits(LocalStore output) => Commits(output).Count();

    /// <summary>Commit records in the output, and those still with the hosts of a running job.</summary>
    static IEnumerable<string> Commits(LocalStore output) =>
        Hosts(output)
            .Select(h => h.Output)
            .Append(output.Location)
            .Select(f => Path.Combine(f, OutputLayout.CommitFolder))
            .Where(Directory.Exists)
            .SelectMany(Directory.EnumerateFiles)
            .Where(file => OutputNames.UnitOf(OutputLayout.CommitFolder + Path.GetFileName(file)) is not null);

    static IEnumerable<ContainerPaths> Hosts(LocalStore output)
    {
        var hosts = Path.Combine(output.Location, LocalStore.PrivateFolder, "hosts");
        return Directory.Exists(hosts) ? Directory.GetDirectories(hosts).Select(h => new ContainerPaths(h)) : [];
    }

    /// <summary>How many units the job has, and the bytes of those that were left at its start, by their ids.</summary>
    static async Task<(int? Units, Dictionary<string, long> Left)> PlannedAsync(LocalStore output, CancellationToken cancellationToken)
    {
        try
        {
            var (host, left) = (Hosts(output).FirstOrDefault(h => File.Exists(h.PlanFile)), new Dictionary<string, long>());
            if (host is null || await PlanFiles.ReadAsync(host, cancellationToken).ConfigureAwait(false) is not { } plan)
            {
                return (null, []);
            }

            for (var rank = 0; rank < plan.HostCount && plan.Sharding == Sharding.Balanced; rank++)
            {
                foreach (var unit in (await PlanFiles.ReadHostAsync(host, rank, cancellationToken).ConfigureAwait(false)).Units)
                {
                    left[unit.Id] = unit.Bytes;
                }
            }

            return (plan.UnitCount, left);
        }
        catch (Exception e) when (e is IOException || (e is PJobException && !OutputLock.IsTaken(output)))
        {
            // The job has ended meanwhile.
            return (null, []);
        }
    }

    // A host's folder goes when the job ends, at any time.
    static byte[]? Read(string file)
    {
        try
        {
            return File.ReadAllBytes(file);
        }
        catch (IOException)
        {
            return null;
        }
    }

    static JobProgress Progressed(LocalStore output, Dictionary<string, long> left)
    {
        var done = Commits(output)
            .ToList()
            .Select(file => Read(file) is { } json ? OutputMerge.TryRead(json, file) : null)
            .OfType<UnitRecord>()
            .DistinctBy(r => r.Unit)
            .ToList();
        return new()
        {
            Rows = done.Sum(r => r.RowsIn),
            Rejects = done.Sum(r => r.Rejects.Values.Sum()),
            Bytes = done.Sum(r => r.End - r.Start),
            // What was committed before is not in the plan.
            TotalBytes = left.Count == 0 ? 0 : left.Values.Sum() + done.Where(r => !left.ContainsKey(r.Unit)).Sum(r => r.End - r.Start),
            Hosts = Hosts(output).Count(),
        };
    }

    sealed record LastRun([property: JsonConverter(typeof(JsonStringEnumConverter<JobState>))] JobState Status, string? Message, int Units);
}
