using System.Text.Json.Serialization;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Contract.Plan;

/// <summary>
/// <c>plan.json</c>: what the launcher decided, for all hosts. Without it (an image run by the Python SDK) the worker plans its own
/// shard by the same rules.
/// </summary>
public sealed record WorkPlan : IStamped
{
    [JsonPropertyOrder(-1)]
    public FormatStamp Pjob { get; init; } = FormatStamp.Current;
    public string Job { get; init; } = "";
    public string SpecFingerprint { get; init; } = "";
    public string ModelFingerprint { get; init; } = "";
    public string DataFingerprint { get; init; } = "";
    public Sharding Sharding { get; init; }

    /// <summary>S3 prefix that unit sources are relative to, when the worker reads S3 itself.</summary>
    public string? DataUri { get; init; }

    /// <summary>S3 prefix of the output, when the worker uploads parts itself.</summary>
    public string? OutputUri { get; init; }

    /// <summary>Units by rank; empty with by_key sharding, where each host plans what it was given.</summary>
    public IReadOnlyList<IReadOnlyList<WorkUnit>> Hosts { get; init; } = [];

    /// <summary>
    /// With by_key sharding: versions of the source files, by which their units are named. The launcher knows ETags of objects, a
    /// host only content, which for local files must be the same; null: the host names units by sha256.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Versions { get; init; }

    /// <summary>Rows that the whole input can have at most (<see cref="RowBound"/>); null: its size does not tell.</summary>
    public long? MostRows { get; init; }

    /// <summary>Ids of units whose output is there already.</summary>
    public IReadOnlyList<string> Committed { get; init; } = [];

    /// <summary>Kept columns and their types; null: the worker infers them from the ordinally first file of its shard.</summary>
    public IReadOnlyList<KeptColumn>? Schema { get; init; }

    /// <summary>Token budget measured by compute.tune, kept so that a resumed run writes the same bytes.</summary>
    public int? TokenBudget { get; init; }

    /// <summary>With compute.model_file auto: the .onnx file that committed units were computed with, whatever device goes on.</summary>
    public string? ModelFile { get; init; }

    /// <summary>
    /// How committed units were computed: a host that would compute otherwise ends. Null: none are, or anything is allowed.
    /// </summary>
    public ComputeRecord? Computed { get; init; }
}
