namespace ProcessingJob.Inference.Heads;

/// <summary>Cuts answers out of their context. Positions are UTF-16 units unless said otherwise.</summary>
public static class AnswerText
{
    /// <summary>
    /// The span's stretch of the context without white space at its ends; never half a surrogate pair. Tokens of byte-level tokenizers
    /// may carry the space before a word.
    /// </summary>
    public static Range Range(ReadOnlySpan<char> context, AnswerSpan span)
    {
        var (start, end) = (span.Start, span.End);
        if (start > 0 && start < context.Length && char.IsLowSurrogate(context[start]) && char.IsHighSurrogate(context[start - 1]))
        {
            start--;
        }

        if (end > 0 && end < context.Length && char.IsLowSurrogate(context[end]) && char.IsHighSurrogate(context[end - 1]))
        {
            end++;
        }

        while (start < end && char.IsWhiteSpace(context[start]))
        {
            start++;
        }

        while (end > start && char.IsWhiteSpace(context[end - 1]))
        {
            end--;
        }

        return start..end;
    }

    /// <summary>Unicode code points before a position: what Python calls the index.</summary>
    public static int CodePoints(ReadOnlySpan<char> text, int position)
    {
        var pairs = 0;
        for (var i = 1; i < position; i++)
        {
            if (char.IsLowSurrogate(text[i]) && char.IsHighSurrogate(text[i - 1]))
            {
                pairs++;
            }
        }
        return position - pairs;
    }
}
