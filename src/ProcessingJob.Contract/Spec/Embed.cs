using ProcessingJob.Contract.Columns;

namespace ProcessingJob.Contract.Spec;

public enum PoolingKind
{
    Auto,
    Mean,
    Cls,
    Max,
    Last,
    WeightedMean,
    MeanSqrtLen,
}

public enum EmbeddingPrecision
{
    Float32,
    Float16,
    Int8,
    Uint8,
    Binary,
    Ubinary,
}

public sealed record EmbedSpec
{
    public TextRole Role { get; init; } = TextRole.None;
    public PoolingKind Pooling { get; init; } = PoolingKind.Auto;
    public Toggle Normalize { get; init; } = Toggle.Auto;

    /// <summary>Matryoshka: the first N dimensions are kept, then normalized. Null: all.</summary>
    public int? Dimensions { get; init; }
    public EmbeddingPrecision Precision { get; init; } = EmbeddingPrecision.Float32;
    public string? Ranges { get; init; }
}

/// <summary>Task embed: one vector per text (or window).</summary>
static class Embed
{
    public static TaskTraits Traits { get; } =
        new()
        {
            Kind = TaskKind.Embed,
            Output = TaskOutput.Vector,
            InputKeys = ["text"],
            HasRoles = true,
            Columns = spec => [new("embedding", KindOf(spec.Embed.Precision))],
            Check = spec => TextRules.Broken(spec).Concat(Broken(spec)),
            Keys =
            [
                SpecKey.Choice(
                    "embed.role",
                    "What the texts are in a search: chooses the model's prompt and route as encode_query and encode_document do.",
                    s => s.Embed.Role,
                    (s, v) => s with { Embed = s.Embed with { Role = v } },
                    output: true
                ),
                SpecKey.Choice(
                    "embed.pooling",
                    "How token vectors become one; auto: as the model folder says.",
                    s => s.Embed.Pooling,
                    (s, v) => s with { Embed = s.Embed with { Pooling = v } },
                    output: true
                ),
                SpecKey.Choice(
                    "embed.normalize",
                    "Unit length; auto: as the model folder says.",
                    s => s.Embed.Normalize,
                    (s, v) => s with { Embed = s.Embed with { Normalize = v } },
                    output: true
                ),
                SpecKey.Integer(
                    "embed.dimensions",
                    "Matryoshka: keep the first N dimensions, then normalize.",
                    1,
                    65_536,
                    s => s.Embed.Dimensions,
                    (s, v) => s with { Embed = s.Embed with { Dimensions = v } },
                    output: true
                ),
                SpecKey.Choice(
                    "embed.precision",
                    "Type of the written numbers; float16 is rounded to half precision, and written as float32 but in npy parts.",
                    s => s.Embed.Precision,
                    (s, v) => s with { Embed = s.Embed with { Precision = v } },
                    output: true
                ),
                SpecKey.Text(
                    "embed.ranges",
                    "File with each dimension's minimum and maximum; needed by int8 and uint8.",
                    s => s.Embed.Ranges,
                    (s, v) => s with { Embed = s.Embed with { Ranges = v } },
                    output: true
                ),
            ],
        };

    static ColumnKind KindOf(EmbeddingPrecision precision) =>
        precision switch
        {
            EmbeddingPrecision.Float32 => ColumnKind.ListFloat,
            EmbeddingPrecision.Float16 => ColumnKind.ListFloat16,
            EmbeddingPrecision.Int8 or EmbeddingPrecision.Binary => ColumnKind.ListInt8,
            EmbeddingPrecision.Uint8 or EmbeddingPrecision.Ubinary => ColumnKind.ListUInt8,
        };

    static IEnumerable<string> Broken(JobSpec s)
    {
        if (s.Embed.Precision is EmbeddingPrecision.Int8 or EmbeddingPrecision.Uint8 && s.Embed.Ranges is null)
        {
            yield return $"embed.ranges: needed by embed.precision {Names.Of(s.Embed.Precision)}, so that every shard agrees; "
                + "make it with 'pjob model ranges'";
        }
    }
}
