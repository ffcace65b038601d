namespace ProcessingJob.Models.Modules;

/// <summary>Names under which modules hand values to each other.</summary>
static class Features
{
    /// <summary>[tokens, width]</summary>
    public const string Tokens = "token_embeddings";

    /// <summary>[width]</summary>
    public const string Sentence = "sentence_embedding";

    /// <summary>[labels]</summary>
    public const string Scores = "scores";

    /// <summary>[tokens, vocabulary], of a language model</summary>
    public const string CausalLogits = "causal_logits";
}
