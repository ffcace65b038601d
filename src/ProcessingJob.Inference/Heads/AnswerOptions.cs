namespace ProcessingJob.Inference.Heads;

/// <summary>How answers are chosen from start and end logits.</summary>
public sealed record AnswerOptions
{
    /// <summary>Answers per question, at least 1.</summary>
    public int TopK { get; init; } = 1;

    /// <summary>Longest answer in tokens, at least 1.</summary>
    public int MaxAnswerLength { get; init; } = 30;

    /// <summary>Whether "no answer" takes part (SQuAD 2).</summary>
    public bool NoAnswer { get; init; }

    /// <summary>Added to the no-answer probability before it is ranked among the spans.</summary>
    public double NoAnswerThreshold { get; init; }

    /// <summary>Ids that are no text and so can neither begin nor end an answer, such as an unknown token's.</summary>
    public IReadOnlySet<int> SpecialIds { get; init; } = new HashSet<int>();
}
