using ProcessingJob.Tokenization.Pipeline;

namespace ProcessingJob.Tokenization.Loading;

/// <summary>Everything a tokenizer is made of, whatever files it came from.</summary>
sealed class TokenizerParts
{
    public required string Source { get; init; }

    public required TextPipeline Pipeline { get; init; }

    public required PostProcessor PostProcessor { get; init; }

    /// <summary>Null: tokens are joined by spaces.</summary>
    public required IReadOnlyList<Decoder>? Decoders { get; init; }

    /// <summary>model_max_length, where it is a real limit.</summary>
    public int? MaxLength { get; init; }

    public required int PadId { get; init; }

    public IReadOnlyList<string> Notes { get; init; } = [];
}
