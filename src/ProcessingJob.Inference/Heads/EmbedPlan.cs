using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Models.Modules;

namespace ProcessingJob.Inference.Heads;

/// <summary>Everything that turns what the encoder puts out into the stored vector, decided once. Immutable.</summary>
sealed record EmbedPlan
{
    /// <summary>Modes whose vectors are concatenated; empty: the encoder puts out one vector a text.</summary>
    public IReadOnlyList<PoolingMode> Pooling => Resolution.Pooling;

    /// <summary>Leading tokens left out of the pooling.</summary>
    public int PromptTokens { get; init; }

    /// <summary>Floats of a token, or of a text, as the encoder puts them out.</summary>
    public required int EncoderWidth { get; init; }

    /// <summary>Applied to every token before the pooling.</summary>
    public IReadOnlyList<SentenceModule> TokenStages { get; init; } = [];

    /// <summary>Floats of a token where it is pooled.</summary>
    public required int TokenWidth { get; init; }

    /// <summary>Applied to the pooled vector, in order.</summary>
    public IReadOnlyList<VectorStage> Stages { get; init; } = [];

    /// <summary>Whether the vector gets length 1 after it was cut to <see cref="Width"/>.</summary>
    public bool Normalize => Resolution.Normalize;

    /// <summary>Floats of the result.</summary>
    public int Width => Resolution.Width;

    /// <summary>Floats after pooling.</summary>
    public int PooledSize => Pooling.Count == 0 ? EncoderWidth : TokenWidth * Pooling.Count;

    /// <summary>Folder and job together.</summary>
    public required EmbedResolution Resolution { get; init; }

    /// <summary>For the manifest.</summary>
    public ResolvedSettings Settings => Resolution.Settings;

    /// <summary>Adds what a job asks for to what the folder says.</summary>
    /// <exception cref="PJobException">BadSpec: options that do not fit the model.</exception>
    public static EmbedPlan Create(EmbedRoute route, EmbedOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.PromptTokens);
        var resolved = EmbedResolution.Of(route, options.Pooling, options.Normalize, options.Dimensions);
        return new EmbedPlan
        {
            PromptTokens = route.IncludePrompt ? 0 : options.PromptTokens,
            EncoderWidth = route.EncoderWidth,
            TokenStages = route.TokenStages,
            TokenWidth = route.TokenWidth,
            Stages = [.. resolved.SentenceStages.Select(VectorStage.Of)],
            Resolution = resolved,
        };
    }

    /// <summary>
    /// What is left to do where the graph gives the modules' result in so many floats: length 1, if it has it, is given again.
    /// </summary>
    /// <exception cref="PJobException">BadSpec: more dimensions than that were asked for.</exception>
    public EmbedPlan InsideTheGraph(int size, EmbedOptions options)
    {
        var inside = Resolution.InsideTheGraph(size, options.Dimensions);
        return this with
        {
            EncoderWidth = size,
            TokenStages = [],
            Stages = [.. inside.SentenceStages.Select(VectorStage.Of)],
            Resolution = inside,
        };
    }
}
