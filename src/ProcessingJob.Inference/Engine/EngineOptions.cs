using ProcessingJob.Contract;

namespace ProcessingJob.Inference;

/// <summary>How a model is run. The defaults give the same bytes for the same window on any run.</summary>
public sealed record EngineOptions
{
    /// <summary>Padded tokens per batch on a CPU where nobody says otherwise: nearly flat from 256 to 640; small ones have the least padding, and
    /// what they give stays in the cache until it is pooled.</summary>
    public const int CpuTokenBudget = 384;

    /// <summary>Rows of a window on a CPU.</summary>
    public const int CpuWindowRows = 1024;

    /// <summary>Embed, classify or answer (raw outputs); tokenize needs no engine and is refused.</summary>
    public TaskKind Task { get; init; } = TaskKind.Embed;

    public EmbedOptions Embed { get; init; } = new();

    public DeviceKind Device { get; init; } = DeviceKind.Auto;

    /// <summary>Longest encoding, in tokens, that will be submitted; sizes the buffers. Null: the model's own limit.</summary>
    public int? MaxLength { get; init; }

    /// <summary>Padded tokens per batch, 16 to 1,048,576. Null: the device's default. Another budget may change the
    /// last bits of a result.</summary>
    public int? TokenBudget { get; init; }

    /// <summary>Threads that call the device. Null: one per core on a CPU, two per GPU. Does not change results.</summary>
    public int? Callers { get; init; }

    /// <summary>Threads inside one call on a CPU. 1 is fastest as long as there are enough batches.</summary>
    public int ThreadsPerCall { get; init; } = 1;

    /// <summary>Encode equal encodings of a window once.</summary>
    public bool Deduplicate { get; init; } = true;

    /// <summary>TF32 on GPUs: faster, about three decimal digits.</summary>
    public bool AllowTf32 { get; init; }

    /// <summary>Told what goes wrong or could go better; what was chosen is in <see cref="Engine.DeviceSummary"/>. Called from any thread.</summary>
    public Action<EngineMessage>? Log { get; init; }
}

/// <summary>What becomes of token embeddings. Null: what the model folder says.</summary>
public sealed record EmbedOptions
{
    public Pooling? Pooling { get; init; }

    public bool? Normalize { get; init; }

    /// <summary>Matryoshka: keep the first so many dimensions, then normalise. 1 to the model's size.</summary>
    public int? Dimensions { get; init; }

    /// <summary>Leading tokens (the first special token and the prompt) left out of the pooling; used when the folder's
    /// include_prompt is false.</summary>
    public int PromptTokens { get; init; }

    /// <summary>What a job asks for.</summary>
    public static EmbedOptions From(EmbedSpec spec, int promptTokens) =>
        new()
        {
            Pooling = spec.Pooling switch
            {
                PoolingKind.Mean => Inference.Pooling.Mean,
                PoolingKind.Cls => Inference.Pooling.Cls,
                PoolingKind.Max => Inference.Pooling.Max,
                PoolingKind.Last => Inference.Pooling.Last,
                PoolingKind.WeightedMean => Inference.Pooling.WeightedMean,
                PoolingKind.MeanSqrtLen => Inference.Pooling.MeanSqrtLen,
                _ => null,
            },
            Normalize = spec.Normalize switch
            {
                Toggle.True => true,
                Toggle.False => false,
                _ => null,
            },
            Dimensions = spec.Dimensions,
            PromptTokens = promptTokens,
        };
}

/// <summary>One line for the log.</summary>
public readonly record struct EngineMessage(bool Warning, string Text);
