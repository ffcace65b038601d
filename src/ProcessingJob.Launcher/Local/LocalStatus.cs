using System.Text.Json.Serialization;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Container;
using ProcessingJob.Contract.Output;
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

    /// <summary>Of a running job; null while no host has reported.</summary>
    public ProgressTotals? Progress { get; init; }

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
        return new()
        {
            Output = output.Location,
            State =
                isRunning ? JobState.Running
                : manifest is not null ? JobState.Completed
                : last?.Status is { } status and not JobState.Running ? status
                : JobState.Interrupted,
            Progress = isRunning ? ProgressFile.Read(output) : null,
            UnitsCommitted = CountCommits(output),
            Units = manifest?.Units ?? last?.Units,
            Message = manifest is null && !isRunning ? last?.Message : null,
            Counts = manifest is null ? null : JobCounts.Of(manifest),
        };
    }

    static int CountCommits(LocalStore output)
    {
        var hosts = Path.Combine(output.Location, LocalStore.PrivateFolder, "hosts");
        var folders = Directory.Exists(hosts) ? Directory.GetDirectories(hosts).Select(h => new ContainerPaths(h).Output) : [];
        return folders
            .Append(output.Location)
            .Select(f => Path.Combine(f, OutputLayout.CommitFolder))
            .Where(Directory.Exists)
            .Sum(f =>
                Directory
                    .EnumerateFiles(f)
                    .Count(file => OutputNames.UnitOf(OutputLayout.CommitFolder + Path.GetFileName(file)) is not null)
            );
    }

    sealed record LastRun([property: JsonConverter(typeof(JsonStringEnumConverter<JobState>))] JobState Status, string? Message, int Units);
}
