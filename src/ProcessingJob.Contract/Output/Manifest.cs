using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace ProcessingJob.Contract.Output;

/// <summary><c>_manifest.json</c>: what a finished output is made of and where it came from.</summary>
public sealed record Manifest : IStamped
{
    [JsonPropertyOrder(-1)]
    public FormatStamp Pjob { get; init; } = FormatStamp.Current;
    public string Job { get; init; } = "";
    public DateTimeOffset FinishedAt { get; init; }
    public JsonObject Spec { get; init; } = [];
    public string SpecFingerprint { get; init; } = "";
    public string ModelFingerprint { get; init; } = "";
    public string DataFingerprint { get; init; } = "";
    public long RowsIn { get; init; }
    public long RowsKept { get; init; }
    public long RowsOut { get; init; }
    public long RejectedRows { get; init; }
    public IReadOnlyDictionary<string, long> Rejects { get; init; } = new SortedDictionary<string, long>(StringComparer.Ordinal);
    public long Tokens { get; init; }
    public long Truncated { get; init; }
    public int Units { get; init; }
    public IReadOnlyList<PartRecord> Parts { get; init; } = [];
    public IReadOnlyList<PartRecord> RejectFiles { get; init; } = [];
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>How the numbers were made; more than one only with compute.allow_mixed_devices.</summary>
    public IReadOnlyList<ComputeRecord> Computed { get; init; } = [];

    /// <summary>What the spec left to the model folder; null where no host reported it.</summary>
    public ResolvedSettings? Resolved { get; init; }

    /// <summary>What should be known before the results are trusted: of the launcher and of all hosts, each once, by code.</summary>
    public IReadOnlyList<JobWarning> Warnings { get; init; } = [];
}
