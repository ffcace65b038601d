namespace ProcessingJob.Tokenization.Pipeline;

/// <summary>How a ColBERT model fills its queries up (arxiv.org/abs/2004.12832, query augmentation).</summary>
/// <param name="Length">Tokens that a query has at least, special tokens included.</param>
/// <param name="TokenId">The token that fills, the mask token as a rule.</param>
/// <param name="Attend">Whether the transformer attends to the tokens that fill; they are scored in any case.</param>
sealed record QueryExpansion(int Length, int TokenId, bool Attend);
