using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;

namespace ProcessingJob.Models.Modules;

/// <summary>A folder's route with what a job asks for over it: how a text becomes the stored vector. Immutable.</summary>
public sealed record EmbedResolution
{
    /// <summary>Modes whose vectors are concatenated; empty: the encoder puts out one vector a text.</summary>
    public required IReadOnlyList<PoolingMode> Pooling { get; init; }

    /// <summary>Applied to the pooled vector, in order.</summary>
    public required IReadOnlyList<SentenceModule> SentenceStages { get; init; }

    /// <summary>Whether the vector gets length 1 after it was cut to <see cref="Width"/>.</summary>
    public required bool Normalize { get; init; }

    /// <summary>Floats before it is cut.</summary>
    public required int Size { get; init; }

    /// <summary>Floats of the result.</summary>
    public required int Width { get; init; }

    /// <summary>Whether results have length 1.</summary>
    public required bool GivesUnitLength { get; init; }

    /// <param name="route">What the folder says.</param>
    /// <param name="pooling">Another pooling; null: the folder's.</param>
    /// <param name="normalize">Whether to give length 1; null: as the folder does.</param>
    /// <param name="dimensions">Matryoshka: how many are kept; null: as many as the folder keeps.</param>
    /// <exception cref="PJobException">BadSpec: options that do not fit the model.</exception>
    public static EmbedResolution Of(EmbedRoute route, PoolingMode? pooling, bool? normalize, int? dimensions)
    {
        var modes = PoolingOf(route, pooling);
        var stages = normalize == false ? [.. WithoutLength(route.SentenceStages)] : route.SentenceStages;
        var pooled = modes.Count == 0 ? route.EncoderWidth : route.TokenWidth * modes.Count;
        var size = EmbedRoute.WidthOf(stages, pooled);
        var width = dimensions ?? route.TruncateDimensions ?? size;
        if (width < 1 || width > size)
        {
            throw new PJobException($"embed.dimensions is {width}, expected 1 to {size}, the model's size", ExitCode.BadSpec);
        }

        var normalized = stages is [.., NormalizeModule];
        // Matryoshka vectors are cut, then normalized. A folder's own truncate_dim only cuts, as sentence-transformers does.
        var again = (normalize ?? (normalized && dimensions is not null)) && !(normalized && width == size);
        return new EmbedResolution
        {
            Pooling = modes,
            SentenceStages = stages,
            Normalize = again,
            Size = size,
            Width = width,
            GivesUnitLength = again || (normalized && width == size),
        };
    }

    /// <summary>For plan and manifest.</summary>
    public ResolvedSettings Settings =>
        new()
        {
            Pooling = Pooling.Count == 0 ? "none" : Pooling.Words(),
            Normalize = GivesUnitLength,
            Dimensions = Width,
        };

    /// <summary>
    /// What is left to do where the graph gives the modules' result in so many floats: length 1, if it has it, is given again.
    /// </summary>
    /// <exception cref="PJobException">BadSpec: more dimensions than that were asked for.</exception>
    public EmbedResolution InsideTheGraph(int size, int? dimensions)
    {
        var width = size == Size ? Width : dimensions ?? size;
        if (width > size)
        {
            throw new PJobException($"embed.dimensions is {width}, expected 1 to {size}, the graph's size", ExitCode.BadSpec);
        }

        IReadOnlyList<SentenceModule> stages = SentenceStages is [.., NormalizeModule last] ? [last] : [];
        return this with
        {
            Pooling = [],
            SentenceStages = stages,
            Size = size,
            Width = width,
            GivesUnitLength = Normalize || (stages.Count > 0 && width == size),
        };
    }

    static IEnumerable<SentenceModule> WithoutLength(IEnumerable<SentenceModule> stages) =>
        stages.Reverse().SkipWhile(stage => stage is NormalizeModule).Reverse();

    static IReadOnlyList<PoolingMode> PoolingOf(EmbedRoute route, PoolingMode? pooling)
    {
        if (pooling is not { } asked)
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
}
