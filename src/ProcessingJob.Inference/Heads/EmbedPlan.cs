using ProcessingJob.Contract;
using ProcessingJob.Models.Folders;

namespace ProcessingJob.Inference.Heads;

/// <summary>Everything that turns token embeddings into the stored vector, decided once. Immutable.</summary>
sealed record EmbedPlan
{
    public required Pooling Pooling { get; init; }

    /// <summary>Leading tokens left out of the pooling.</summary>
    public required int PromptTokens { get; init; }

    public required int HiddenSize { get; init; }

    public required IReadOnlyList<DenseLayer> Dense { get; init; }

    public required bool Normalize { get; init; }

    /// <summary>Floats of the result.</summary>
    public required int Width { get; init; }

    /// <summary>Floats after pooling.</summary>
    public int PooledSize => HiddenSize * Pooling.Parts();

    /// <exception cref="PJobException">BadSpec: options that do not fit the model.</exception>
    public static EmbedPlan Create(ModelFolder model, EmbedOptions options)
    {
        var pooling = options.Pooling ?? model.Pooling;
        if (pooling == Pooling.None)
        {
            throw new PJobException("embed.pooling is empty.", ExitCode.BadSpec);
        }

        if (model.Dense.Count > 0 && pooling.Parts() != model.Pooling.Parts())
        {
            throw new PJobException(
                $"embed.pooling {pooling.Words()} does not fit the model's Dense module, which takes {model.Dense[0].Inputs} values",
                ExitCode.BadSpec
            );
        }

        var size = model.Dense.Count > 0 ? model.Dense[^1].Outputs : model.HiddenSize * pooling.Parts();
        var width = options.Dimensions ?? size;
        if (width < 1 || width > size)
        {
            throw new PJobException($"embed.dimensions is {width}, expected 1 to {size}, the model's size.", ExitCode.BadSpec);
        }

        ArgumentOutOfRangeException.ThrowIfNegative(options.PromptTokens);
        return new EmbedPlan
        {
            Pooling = pooling,
            PromptTokens = model.IncludePrompt ? 0 : options.PromptTokens,
            HiddenSize = model.HiddenSize,
            Dense = [.. model.Dense.Select(d => new DenseLayer(d))],
            Normalize = options.Normalize ?? model.Normalize,
            Width = width,
        };
    }
}
