using ProcessingJob.Models.Folders;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference.Heads;

/// <summary>Counts that a model folder and its tokenizer decide together.</summary>
public static class TextLimits
{
    /// <summary>Tokens an encoding may have, specials included, by the folder's, the model's and the tokenizer's limits.</summary>
    public static int MaxLength(this ModelFolder model, Tokenizer tokenizer) => model.DefaultLengthWith(tokenizer.MaxLength);

    /// <summary>How texts of the model are encoded; tables of tokens know no special tokens.</summary>
    public static EncodeOptions Encoding(this ModelFolder model, int maxLength) =>
        new() { MaxLength = maxLength, AddSpecialTokens = !model.IsStatic };

    /// <summary>Leading tokens that pooling leaves out for the sake of a prompt; 0 where include_prompt is true or the prompt is empty.
    /// Counted as sentence-transformers does: all tokens of the prompt alone but a special one at its end.</summary>
    public static int PromptTokens(this ModelFolder model, Tokenizer tokenizer, string prompt)
    {
        if (prompt.Length == 0 || model.IncludePrompt)
        {
            return 0;
        }

        var whole = new EncodingBuffer();
        tokenizer.CreateEncoder(new EncodeOptions()).Encode(prompt, whole);
        var plain = new EncodingBuffer();
        tokenizer.CreateEncoder(new EncodeOptions { AddSpecialTokens = false }).Encode(prompt, plain);
        var ids = whole.Ids(0);
        // The template adds specials at the end exactly where the prompt's own tokens do not end the encoding.
        return ids.EndsWith(plain.Ids(0)) ? ids.Length : ids.Length - 1;
    }
}
