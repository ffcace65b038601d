using System.Text.Json.Serialization;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Contract.Plan;

/// <summary>
/// <c>plan.json</c>: what the launcher decided, for all hosts; what is one host's stands in <see cref="HostWork"/>. Without a plan (an
/// image
/// run by the Python SDK) the worker plans its own shard by the same rules.
/// </summary>
public sealed record WorkPlan : IStamped
{
    // Null is what the generated reader sets where a file has no such member (PlanJson).
    [JsonPropertyOrder(-1)]
    public FormatStamp Pjob
    {
        get;
        init => field = value ?? FormatStamp.Current;
    } = FormatStamp.Current;
    public string Job
    {
        get;
        init => field = value ?? "";
    } = "";
    public string SpecFingerprint
    {
        get;
        init => field = value ?? "";
    } = "";
    public string ModelFingerprint
    {
        get;
        init => field = value ?? "";
    } = "";
    public string DataFingerprint
    {
        get;
        init => field = value ?? "";
    } = "";
    public Sharding Sharding { get; init; }

    /// <summary>S3 prefix that unit sources are relative to, when the worker reads S3 itself.</summary>
    public string? DataUri { get; init; }

    /// <summary>S3 prefix of the output, when the worker uploads parts itself.</summary>
    public string? OutputUri { get; init; }

    /// <summary>Hosts that the plan is for.</summary>
    public int HostCount { get; init; }

    /// <summary>Units of the job; null with by_key sharding on SageMaker, where each host makes its own.</summary>
    public int? UnitCount { get; init; }

    /// <summary>Units that were committed before.</summary>
    public int UnitsCommitted { get; init; }

    /// <summary>Rows that the whole input can have at most (<see cref="RowBound"/>); null: its size does not tell.</summary>
    public long? MostRows { get; init; }

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

    /// <summary>Beside the plan in the config channel; in the order of ranks, and empty with by_key sharding.</summary>
    [JsonIgnore]
    public IReadOnlyList<HostWork> Hosts { get; init; } = [];

    /// <summary>The same with by_key sharding: every file of the job.</summary>
    [JsonIgnore]
    public IEnumerable<PlannedFile> Files { get; init; } = [];
}

/// <summary><c>plan-&lt;rank&gt;.json.gz</c>: the units that one host has to do.</summary>
/// <param name="Units">In file order; those that are committed are left out.</param>
/// <param name="Committed">How many of its units are.</param>
public sealed record HostWork(IReadOnlyList<WorkUnit> Units, int Committed);

/// <summary>
/// A line of <c>plan-files.json.gz</c>, with by_key sharding: which files a host gets is known only to the service. The launcher knows
/// ETags
/// of objects, a host only content, which for local files must be the same.
/// </summary>
/// <param name="Source">Path below the data root.</param>
/// <param name="Version">By which units that have the file are named.</param>
/// <param name="Done">Ids of units that are committed and have rows of the file; before them "*" where all of it is done.</param>
public sealed record PlannedFile(string Source, string Version, IReadOnlyList<string>? Done = null)
{
    public const string All = "*";
}
