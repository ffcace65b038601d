namespace ProcessingJob.Tokenization.Pipeline;

/// <summary>What model2vec leaves out of a text.</summary>
/// <param name="UnknownId">A token that is dropped; -1 for none.</param>
/// <param name="Characters">Code points that are read of a text.</param>
sealed record ExcessRules(int UnknownId, long Characters)
{
    /// <summary>The part of the text that is read.</summary>
    public ReadOnlySpan<char> Cut(ReadOnlySpan<char> text)
    {
        if (text.Length <= Characters)
        {
            return text;
        }

        var at = 0;
        for (var left = Characters; left > 0 && at < text.Length; left--)
        {
            at += char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]) ? 2 : 1;
        }

        return text[..at];
    }
}
