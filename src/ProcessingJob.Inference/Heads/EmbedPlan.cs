using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Models.Modules;

namespace ProcessingJob.Inference.Heads;

/// <summary>Everything that turns what the encoder puts out into the stored vector, decided once. Immutable.</summary>
sealed record EmbedPlan
{
    /// <summary>Modes whose vectors are concatenated; empty: the encoder puts out one vector a text.</summary>
    public required IReadOnlyList<PoolingMode> Pooling { get; init; }

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
    public bool Normalize { get; init; }

    /// <summary>Floats of the result.</summary>
    public required int Width { get; init; }

    /// <summary>Floats after pooling.</summary>
    public int PooledSize => Pooling.Count == 0 ? EncoderWidth : TokenWidth * Pooling.Count;

    /// <summary>For the manifest.</summary>
    public ResolvedSettings Settings =>
        new()
        {
            Pooling = Pooling.Count == 0 ? "none" : Pooling.Words(),
            Normalize = GivesUnitLength,
            Dimensions = Width,
        };

    /// <summary>Whether results have length 1.</summary>
    public bool GivesUnitLength => Normalize || (Stages is [.., NormalizeStage] && Width == StagesWidth(Stages, PooledSize));

    /// <summary>Adds what a job asks for to what the folder says.</summary>
    /// <exception cref="PJobException">BadSpec: options that do not fit the model.</exception>
    public static EmbedPlan Create(EmbedRoute route, EmbedOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.PromptTokens);
        var pooling = PoolingOf(route, options);
        var modules = options.Normalize == false ? WithoutLastNormalize(route.SentenceStages) : route.SentenceStages;
        VectorStage[] stages = [.. modules.Select(VectorStage.Of)];
        var size = StagesWidth(stages, pooling.Count == 0 ? route.EncoderWidth : route.TokenWidth * pooling.Count);
        var width = options.Dimensions ?? route.TruncateDimensions ?? size;
        if (width < 1 || width > size)
        {
            throw new PJobException($"embed.dimensions is {width}, expected 1 to {size}, the model's size", ExitCode.BadSpec);
        }

        var normalized = stages is [.., NormalizeStage];
        // Matryoshka vectors are cut, then normalized. A folder's own truncate_dim only cuts, as sentence-transformers does.
        var again = options.Normalize ?? (normalized && options.Dimensions is not null);
        return new EmbedPlan
        {
            Pooling = pooling,
            PromptTokens = route.IncludePrompt ? 0 : options.PromptTokens,
            EncoderWidth = route.EncoderWidth,
            TokenStages = route.TokenStages,
            TokenWidth = route.TokenWidth,
            Stages = stages,
            Normalize = again && !(normalized && width == size),
            Width = width,
        };
    }

    /// <summary>What is left to do where the graph gives the modules' result in so many floats: length 1, if it has it, is given again.</summary>
    /// <exception cref="PJobException">BadSpec: more dimensions than that were asked for.</exception>
    public EmbedPlan InsideTheGraph(int size, EmbedOptions options)
    {
        var width = size == StagesWidth(Stages, PooledSize) ? Width : options.Dimensions ?? size;
        if (width > size)
        {
            throw new PJobException($"embed.dimensions is {width}, expected 1 to {size}, the graph's size", ExitCode.BadSpec);
        }

        return this with
        {
            Pooling = [],
            EncoderWidth = size,
            TokenStages = [],
            Stages = Stages is [.., NormalizeStage last] ? [last] : [],
            Width = width,
        };
    }

    static IReadOnlyList<PoolingMode> PoolingOf(EmbedRoute route, EmbedOptions options)
    {
        if (options.Pooling is not { } asked)
        {
            return route.Pooling;
        }

        if (route.IsPooled)
        {
            throw new PJobException(
                $"embed.pooling: found {asked}, but {route.Encoder.Name} ({route.Encoder.Summary}) gives one vector a text; "
                    + "fix: leave embed.pooling out",
                ExitCode.BadSpec
            );
        }

        return route.Pooling.Count == 1 || route.SentenceStages.All(stage => stage is NormalizeModule)
            ? [asked]
            : throw new PJobException(
                $"embed.pooling: found {asked}, but the model's {route.SentenceStages[0].Name} takes what {route.Pooling.Words()} gives",
                ExitCode.BadSpec
            );
    }

    static IReadOnlyList<SentenceModule> WithoutLastNormalize(IReadOnlyList<SentenceModule> modules) =>
        modules is [.., NormalizeModule] ? [.. modules.SkipLast(1)] : modules;

    static int StagesWidth(IEnumerable<VectorStage> stages, int width) => stages.Aggregate(width, (w, stage) => stage.Outputs(w));
}
