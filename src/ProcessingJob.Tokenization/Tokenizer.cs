namespace ProcessingJob.Tokenization;

/// <summary>
/// The tokenizer of a Hugging Face model folder: immutable, shared by threads. Texts are encoded by an <see cref="Encoder"/>,
/// one per thread.
/// </summary>
public sealed class Tokenizer
{
    Tokenizer() { }

    /// <summary>
    /// Reads tokenizer.json, else vocab.txt, vocab.json with merges.txt, or sentencepiece.bpe.model / spiece.model, together with
    /// tokenizer_config.json and special_tokens_map.json where they are.
    /// </summary>
    /// <exception cref="Contract.PJobException">
    /// No tokenizer, a broken one, or one with a component that cannot be reproduced exactly; the message names it.
    /// </exception>
    public static Tokenizer Load(string folder) => throw new NotImplementedException();

    /// <summary>Id that fills encodings up to a batch's length.</summary>
    public int PadId => throw new NotImplementedException();

    /// <summary>The model's own limit in tokens (model_max_length), or null when the files state none.</summary>
    public int? MaxLength => throw new NotImplementedException();

    /// <summary>Highest id + 1, added tokens included.</summary>
    public int VocabularySize => throw new NotImplementedException();

    /// <summary>Whether the family distinguishes the texts of a pair by token_type_ids (BERT does, RoBERTa does not).</summary>
    public bool HasTokenTypes => throw new NotImplementedException();

    /// <summary>What was understood of the files.</summary>
    public TokenizerDescription Describe() => throw new NotImplementedException();

    /// <summary>The token of an id as written in the vocabulary, or null.</summary>
    public string? IdToToken(int id) => throw new NotImplementedException();

    /// <summary>The id of a token as written in the vocabulary, or null.</summary>
    public int? TokenToId(string token) => throw new NotImplementedException();

    /// <summary>The text of the ids as Hugging Face's decoder gives it; unknown ids are left out.</summary>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = true) => throw new NotImplementedException();

    /// <summary>An encoder with its own scratch memory and caches: one per thread, kept for many texts.</summary>
    /// <exception cref="Contract.PJobException">The options contradict each other or the model (BadSpec).</exception>
    public Encoder CreateEncoder(EncodeOptions options) => throw new NotImplementedException();

    /// <summary>Special tokens that the template adds to a single text or to a pair.</summary>
    public int SpecialTokenCount(bool pair) => throw new NotImplementedException();
}
