using System.Text.Json.Serialization;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Launcher.Reading;

namespace ProcessingJob.Launcher.Progress;

/// <summary>How a job ended; the document that <c>pjob run --json</c> prints.</summary>
public sealed record JobResult
{
    public required string Job { get; init; }

    /// <summary>How it ended, or InProgress when it was only submitted.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<JobState>))]
    public JobState Status { get; init; }

    [JsonIgnore]
    public ExitCode Code { get; init; }
    public int ExitCode => (int)Code;

    /// <summary>Why it did not complete.</summary>
    public string? Message { get; init; }

    /// <summary>Folder or s3 URI.</summary>
    public required string Output { get; init; }

    /// <summary>Everything was done before; nothing was started.</summary>
    public bool AlreadyComplete { get; init; }
    public DateTimeOffset StartedAt { get; init; }
    public double Seconds { get; init; }
    public int Units { get; init; }

    /// <summary>Units that were committed before this run.</summary>
    public int UnitsCommittedBefore { get; init; }
    public IReadOnlyList<HostResult> Hosts { get; init; } = [];

    /// <summary>Files removed or listed because they belong to no unit of the job.</summary>
    public IReadOnlyList<string> Orphans { get; init; } = [];

    /// <summary>
    /// What should be known before the results are trusted: the manifest's, or of a job that did not complete the plan's.
    /// </summary>
    public IReadOnlyList<JobWarning> Warnings { get; init; } = [];

    /// <summary>The result of a run for which warnings are errors.</summary>
    internal JobResult Strictly() =>
        Code == Contract.ExitCode.Done && Warnings.Count > 0
            ? this with
            {
                Code = Contract.ExitCode.BadSpec,
                Message = Strictness.Message(Warnings),
            }
            : this;

    /// <summary>Null when the job did not complete. Its lists of parts stand in _manifest.json.</summary>
    public JobCounts? Counts { get; init; }
}

/// <param name="ExitCode">Of the worker; null when it is not known.</param>
public sealed record HostResult(string Host, int? ExitCode, string? Message);

/// <summary>The manifest's totals.</summary>
public sealed record JobCounts(
    long RowsIn,
    long RowsKept,
    long RowsOut,
    long RejectedRows,
    long Tokens,
    long Truncated,
    int Parts,
    long Bytes
)
{
    public static JobCounts Of(Manifest m) =>
        new(m.RowsIn, m.RowsKept, m.RowsOut, m.RejectedRows, m.Tokens, m.Truncated, m.Parts.Count, m.Parts.Sum(p => p.Bytes));
}
