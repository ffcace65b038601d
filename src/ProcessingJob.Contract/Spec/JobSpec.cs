using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Values;

namespace ProcessingJob.Contract.Spec;

public enum TaskKind
{
    Embed,
    Sparse,
    Multivector,
    Classify,
    Tag,
    Rerank,
    Answer,
    Tokenize,
}

public enum TextRows
{
    Line,
    File,
}

/// <summary>What happens to empty and blank texts.</summary>
public enum BlankTexts
{
    Reject,
    Embed,
}

public enum Sharding
{
    Balanced,
    ByKey,
}

public enum Transfer
{
    Service,
    Stream,
}

public enum Overflow
{
    Truncate,
    Window,
    Reject,
}

public enum TruncationSide
{
    LongestFirst,
    OnlyFirst,
    OnlySecond,
}

public enum PaddingKind
{
    None,
    MaxLength,
}

public enum Toggle
{
    Auto,
    True,
    False,
}

public enum OutputFormat
{
    Parquet,

    /// <summary>Files of Arrow's IPC format.</summary>
    Arrow,
    Jsonl,
    Npy,
}

public enum OutputCompression
{
    /// <summary>zstd inside Parquet parts; parts of other formats are plain.</summary>
    Auto,
    None,
    Snappy,
    Zstd,
}

/// <summary>What an embedding is in Parquet and Arrow parts.</summary>
public enum VectorKind
{
    List,

    /// <summary>Arrow's FixedSizeList: in Parquet a list like the other, but for readers that know Arrow's schema there.</summary>
    FixedSizeList,
}

public enum DeviceKind
{
    Auto,
    Cuda,
    Cpu,
}

/// <summary>
/// What a job is to do: the parsed <c>job.yaml</c>. Immutable. Every key, its bounds and its meaning stand in
/// <see cref="SpecKeys"/>; the defaults stand here.
/// </summary>
public sealed record JobSpec
{
    public string Name { get; init; } = "processing-job";
    public TaskKind Task { get; init; } = TaskKind.Embed;
    public string Model { get; init; } = "";
    public InputSpec Input { get; init; } = new();
    public TokenSpec Tokens { get; init; } = new();
    public EmbedSpec Embed { get; init; } = new();
    public AnswerSpec Answer { get; init; } = new();
    public ClassifySpec Classify { get; init; } = new();
    public TagSpec Tag { get; init; } = new();
    public RerankSpec Rerank { get; init; } = new();
    public SparseSpec Sparse { get; init; } = new();
    public OutputSpec Output { get; init; } = new();
    public RejectSpec Rejects { get; init; } = new();
    public ComputeSpec Compute { get; init; } = new();
    public AwsSpec Aws { get; init; } = new();
}

public sealed record InputSpec
{
    /// <summary>What stands in <see cref="Types"/> for a type that is still to be found.</summary>
    public const string Infer = "infer";

    public string Data { get; init; } = "";
    public InputFormat Format { get; init; } = InputFormat.Auto;

    /// <summary>Columns whose values make the text, joined by "\n". Empty for the text format.</summary>
    public ValueList<string> Text { get; init; } = [];

    /// <summary>Column of the second text of a pair (classify, rerank, tokenize).</summary>
    public string? TextPair { get; init; }
    public string? Question { get; init; }
    public string? Context { get; init; }
    public string? Id { get; init; }

    /// <summary>Columns carried through; the single entry "*" stands for all.</summary>
    public ValueList<string> Keep { get; init; } = [];

    /// <summary>One character, or "auto"; null: the format's own.</summary>
    public string? Delimiter { get; init; }

    /// <summary>One character, or "none".</summary>
    public string Quote { get; init; } = "\"";

    /// <summary>Takes its meaning from the character behind it; null: there is none, and quotes are doubled.</summary>
    public string? Escape { get; init; }

    /// <summary>One of <see cref="InputEncodings.Names"/>.</summary>
    public string Encoding { get; init; } = InputEncodings.Utf8;

    /// <summary>
    /// csv and tsv, and folders: types of columns (<see cref="ColumnType.Parse"/>); others are texts, or with <see cref="Infer"/> for
    /// "*" what the launcher found them to be, which it then writes here.
    /// </summary>
    public ValueMap<string> Types { get; init; } = [];

    /// <summary>Whether the launcher finds the types of columns that <see cref="Types"/> does not name.</summary>
    public bool InfersTypes => Types.Any(t => t is { Key: "*", Value: Infer });

    /// <summary>Whether folders such as year=2024 are columns.</summary>
    public bool Partitions { get; init; }
    public BlankTexts Blank { get; init; } = BlankTexts.Reject;

    /// <summary>Whether files without a single record are no fault.</summary>
    public bool AllowEmpty { get; init; }
    public bool Header { get; init; } = true;

    /// <summary>The text format only: one row a line, or one row a file.</summary>
    public TextRows Rows { get; init; } = TextRows.Line;
    public Sharding Sharding { get; init; } = Sharding.Balanced;
    public Transfer Transfer { get; init; } = Transfer.Service;
}

public sealed record TokenSpec
{
    /// <summary>Tokens of an encoding with its special tokens; null: the model's own limit.</summary>
    public int? MaxLength { get; init; }
    public Overflow Overflow { get; init; } = Overflow.Truncate;

    /// <summary>Tokens that neighbouring windows share.</summary>
    public int Stride { get; init; } = 32;

    /// <summary>Put before every text as it is; empty: nothing, even if the model has a default. Null: the model's default.</summary>
    public string? Prompt { get; init; }

    /// <summary>Name of one of the model's prompts.</summary>
    public string? PromptName { get; init; }
    public TruncationSide Truncation { get; init; } = TruncationSide.LongestFirst;
    public PaddingKind Padding { get; init; } = PaddingKind.None;
    public bool SpecialTokensMask { get; init; }
    public bool Offsets { get; init; }
}

public sealed record OutputSpec
{
    public string Data { get; init; } = "";
    public OutputFormat Format { get; init; } = OutputFormat.Parquet;
    public VectorKind Vector { get; init; } = VectorKind.List;

    /// <summary>Other names of the task's columns (<see cref="TaskColumns"/>), by their own.</summary>
    public ValueMap<string> Names { get; init; } = [];
    public OutputCompression Compression { get; init; } = OutputCompression.Auto;

    /// <summary>Split name to share; the shares sum to 1. Empty: no split.</summary>
    public ValueMap<double> Split { get; init; } = [];

    public int RowsPerPart { get; init; } = 100_000;
    public Transfer Transfer { get; init; } = Transfer.Service;
}

public sealed record RejectSpec
{
    public double MaxFraction { get; init; } = 0.001;
}

public sealed record ComputeSpec
{
    /// <summary>Tried in order when the service has no capacity.</summary>
    public ValueList<string> InstanceType { get; init; } = ["ml.g5.xlarge"];
    public int InstanceCount { get; init; } = 1;
    public int VolumeGb { get; init; } = 30;
    public TimeSpan MaxRuntime { get; init; } = TimeSpan.FromHours(24);

    /// <summary>On this machine: a worker that prints nothing for so long is ended.</summary>
    public TimeSpan SilenceLimit { get; init; } = TimeSpan.FromMinutes(30);
    public DeviceKind Device { get; init; } = DeviceKind.Auto;

    /// <summary>Path inside the model folder, or "auto".</summary>
    public string ModelFile { get; init; } = "auto";

    /// <summary>Names of the graph's outputs that are read, where they are not the usual ones: one, or for answer start and end.</summary>
    public ValueList<string> Outputs { get; init; } = [];

    /// <summary>Values of the graph's inputs that are the same for every text (task_id).</summary>
    public ValueMap<double> Inputs { get; init; } = [];

    /// <summary>Run a graph whose results depend on the batch, one text a call.</summary>
    public bool AllowBatchDependent { get; init; }

    /// <summary>Bytes that a worker keeps to; null: what its container or the machine has.</summary>
    public long? Memory { get; init; }
    public bool Tune { get; init; }

    /// <summary>Padded tokens of one batch; null: the device's default.</summary>
    public int? TokenBudget { get; init; }

    /// <summary>Go on with units of another provider, precision or kind of attention than the committed ones.</summary>
    public bool AllowMixedDevices { get; init; }

    /// <summary>Equal texts of a block of rows are encoded once.</summary>
    public bool Dedup { get; init; }
}

public sealed record AwsSpec
{
    public string? Region { get; init; }
    public string? Role { get; init; }
    public string? Image { get; init; }
    public string? KmsKey { get; init; }
    public ValueList<string> Subnets { get; init; } = [];
    public ValueList<string> SecurityGroups { get; init; } = [];

    /// <summary>Null: on when both transfers are "service", off when one streams.</summary>
    public bool? NetworkIsolation { get; init; }
    public bool InterContainerEncryption { get; init; }
    public ValueMap<string> Tags { get; init; } = [];
    public ValueMap<string> Environment { get; init; } = [];
}
