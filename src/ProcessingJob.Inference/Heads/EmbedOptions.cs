using ProcessingJob.Contract.Spec;
using ProcessingJob.Models.Modules;

namespace ProcessingJob.Inference.Heads;

/// <summary>What becomes of token embeddings. Null: what the model folder says.</summary>
public sealed record EmbedOptions
{
    public PoolingMode? Pooling { get; init; }

    public bool? Normalize { get; init; }

    /// <summary>Matryoshka: keep the first N dimensions, then normalise where the folder does. 1 to the model's size.</summary>
    public int? Dimensions { get; init; }

    /// <summary>Leading tokens (the first special token and the prompt) left out of the pooling; used when the folder's
    /// include_prompt is false.</summary>
    public int PromptTokens { get; init; }

    /// <summary>What a job asks for.</summary>
    public static EmbedOptions From(EmbedSpec spec, int promptTokens) =>
        new()
        {
            Pooling = PoolingModes.Of(spec.Pooling),
            Normalize = spec.Normalize switch
            {
                Toggle.True => true,
                Toggle.False => false,
                Toggle.Auto => null,
            },
            Dimensions = spec.Dimensions,
            PromptTokens = promptTokens,
        };
}
