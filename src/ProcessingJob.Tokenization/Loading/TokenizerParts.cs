using ProcessingJob.Tokenization.Pipeline;

namespace ProcessingJob.Tokenization.Loading;

/// <summary>Everything a tokenizer is made of, whatever files it came from.</summary>
sealed record TokenizerParts
{
    public required string Source { get; init; }

    public required TextPipeline Pipeline { get; init; }

    public required PostProcessor PostProcessor { get; init; }

    /// <summary>Null: tokens are joined by spaces.</summary>
    public required IReadOnlyList<Decoder>? Decoders { get; init; }

    /// <summary>model_max_length, where it is a real limit.</summary>
    public int? MaxLength { get; init; }

    public required int PadId { get; init; }

    /// <summary>Whether the folder's tokenizer gives token_type_ids.</summary>
    public bool HasTypes { get; init; }

    /// <summary>Whether too long a text loses its start instead of its end.</summary>
    public bool TruncatesLeft { get; init; }

    /// <summary>The limit of a truncation section in tokenizer.json, which only static models go by.</summary>
    public int? StatedTruncation { get; init; }

    public QueryExpansion? Expansion { get; init; }

    public ExcessRules? Excess { get; init; }

    public IReadOnlyList<string> Notes { get; init; } = [];
}
