using ProcessingJob.Models.Folders;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference.Heads;

/// <summary>Counts that a model folder and its tokenizer decide together.</summary>
public static class TextLimits
{
    /// <summary>Tokens an encoding may have, specials included: the smaller of the model's and the tokenizer's limits.</summary>
    public static int MaxLength(this ModelFolder model, Tokenizer tokenizer) =>
        Math.Min(model.MaxLength, tokenizer.MaxLength ?? int.MaxValue);

    /// <summary>Leading tokens that pooling leaves out for the sake of a prompt: its own and the first special one; 0 where include_prompt
    /// is true or the prompt is empty. Counted as sentence-transformers does, without white space at the prompt's end: that belongs
    /// to the text's first token.</summary>
    public static int PromptTokens(this ModelFolder model, Tokenizer tokenizer, string prompt)
    {
        if (prompt.Length == 0 || model.IncludePrompt)
        {
            return 0;
        }

        var buffer = new EncodingBuffer();
        tokenizer.CreateEncoder(new EncodeOptions()).Encode(model.LowerCase ? prompt.Trim().ToLowerInvariant() : prompt.Trim(), buffer);
        return buffer.Length(0) - 1;
    }
}
