using ProcessingJob.Contract;

namespace ProcessingJob.Tokenization;

/// <summary>Which text gives up tokens when the encoding would be longer than the limit.</summary>
public enum Truncation
{
    /// <summary>The longer one first, then both evenly (Hugging Face's <c>longest_first</c>).</summary>
    LongestFirst,

    /// <summary>Only the first text; too long a second one is an error.</summary>
    OnlyFirst,

    /// <summary>Only the second text of a pair; too long a first one is an error.</summary>
    OnlySecond,

    /// <summary>Nobody: encodings may be longer than <see cref="EncodeOptions.MaxLength"/>.</summary>
    None,
}

/// <summary>
/// How texts become encodings. What a tokenizer.json says about truncation and padding is overridden by this on purpose:
/// a job states its lengths itself.
/// </summary>
public sealed record EncodeOptions
{
    /// <summary>Longest encoding in tokens, special tokens included; null for no limit.</summary>
    public int? MaxLength { get; init; }

    public Truncation Truncation { get; init; } = Truncation.LongestFirst;

    /// <summary>
    /// Cover the whole text by several encodings of at most <see cref="MaxLength"/> instead of cutting its end off. Needs
    /// <see cref="MaxLength"/>. For pairs the windows move over the text that <see cref="Truncation"/> names
    /// (<see cref="Truncation.LongestFirst"/>: the second), the other one stays whole.
    /// </summary>
    public bool Window { get; init; }

    /// <summary>Tokens that a window shares with the one before it; less than the text tokens a window holds.</summary>
    public int Stride { get; init; }

    /// <summary>Whether the post-processor adds its special tokens.</summary>
    public bool AddSpecialTokens { get; init; } = true;

    /// <summary>Whether <see cref="EncodingBuffer.Offsets"/> is filled. Implied by <see cref="Window"/>.</summary>
    public bool WithOffsets { get; init; }

    /// <summary>Offsets count Unicode code points, as Hugging Face's do, instead of UTF-16 units.</summary>
    public bool CodePointOffsets { get; init; }

    /// <summary>Throws where the options contradict each other or leave no room beside so many special tokens.</summary>
    internal void Check(int specialTokens)
    {
        if (MaxLength is { } max)
        {
            if (max < specialTokens || max < 1)
            {
                throw new PJobException(
                    $"max_length {max}: this model needs {specialTokens} special tokens, so give at least {specialTokens + 1}",
                    ExitCode.BadSpec
                );
            }

            if (Window && Stride >= max - specialTokens)
            {
                throw new PJobException(
                    $"stride {Stride}: a window of max_length {max} holds {max - specialTokens} tokens of text, so give a stride "
                        + $"below {max - specialTokens}",
                    ExitCode.BadSpec
                );
            }
        }
        else if (Window)
        {
            throw new PJobException("windows need a max_length", ExitCode.BadSpec);
        }

        if (Stride < 0)
        {
            throw new PJobException($"stride {Stride}: give 0 or more", ExitCode.BadSpec);
        }

        if (Window && Truncation == Truncation.None)
        {
            throw new PJobException("windows and truncation none exclude each other", ExitCode.BadSpec);
        }
    }
}
