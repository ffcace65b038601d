namespace ProcessingJob.Tokenization;

/// <summary>What was understood of a model folder's tokenizer files, for people.</summary>
/// <param name="Source">The file(s) it was read from.</param>
/// <param name="Model">WordPiece, BPE or Unigram, with the settings that matter.</param>
/// <param name="Normalizer">The normalizer's components in order, or "none".</param>
/// <param name="PreTokenizer">The pre-tokenizer's components in order, or "none".</param>
/// <param name="PostProcessor">The layout of a single text and of a pair, or "none".</param>
/// <param name="Decoder">The decoder's components, or "none".</param>
/// <param name="VocabularySize">Ids including added tokens.</param>
/// <param name="SpecialTokens">Special tokens with their ids, by id.</param>
/// <param name="AddedTokens">Number of tokens matched before the model runs.</param>
/// <param name="MaxLength">The model's own limit in tokens, or null.</param>
/// <param name="Notes">What was found and set aside on purpose (truncation, padding), one line each.</param>
public sealed record TokenizerDescription(
    string Source,
    string Model,
    string Normalizer,
    string PreTokenizer,
    string PostProcessor,
    string Decoder,
    int VocabularySize,
    IReadOnlyList<SpecialTokenDescription> SpecialTokens,
    int AddedTokens,
    int? MaxLength,
    IReadOnlyList<string> Notes
);

/// <summary>A special token as written in the vocabulary.</summary>
public sealed record SpecialTokenDescription(string Token, int Id);
