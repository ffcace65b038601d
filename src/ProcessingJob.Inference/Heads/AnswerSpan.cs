namespace ProcessingJob.Inference.Heads;

/// <summary>A candidate answer, or "no answer" (<see cref="IsNone"/>).</summary>
/// <param name="Window">Which window of the context it was found in, in the order they were added; -1 for no answer.</param>
/// <param name="FirstToken">Its first token in that window's encoding.</param>
/// <param name="LastToken">Its last token, the same or a later one.</param>
/// <param name="Start">Where it starts in the context, in the unit of the offsets.</param>
/// <param name="End">Where it ends (exclusive).</param>
/// <param name="Score">Probability, 0 to 1.</param>
public readonly record struct AnswerSpan(int Window, int FirstToken, int LastToken, int Start, int End, double Score)
{
    public bool IsNone => Window < 0;

    internal static AnswerSpan None(double score) => new(-1, -1, -1, -1, -1, score);
}
