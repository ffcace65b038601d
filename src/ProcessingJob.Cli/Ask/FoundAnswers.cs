using System.Text.Json.Serialization;

namespace ProcessingJob.Cli.Ask;

/// <summary>An answer cut from the context. Start and end count UTF-16 units; the documents of --json count code points.</summary>
sealed record FoundAnswer(string Answer, int Start, int End, double Score);

/// <summary>Scores of the window in which the best answer was found.</summary>
/// <param name="Labels">Its tokens, each with its place so that no two are alike.</param>
/// <param name="Start">Start logits.</param>
/// <param name="End">End logits.</param>
/// <param name="First">First token of the best answer.</param>
/// <param name="Last">Its last token.</param>
/// <param name="Window">Which window it is, from 0.</param>
/// <param name="Windows">How many there are.</param>
sealed record TokenScores(IReadOnlyList<string> Labels, float[] Start, float[] End, int First, int Last, int Window, int Windows);

/// <summary>What a question came to.</summary>
/// <param name="Question">As asked.</param>
/// <param name="WhyNone">Null when it was answered, else why not.</param>
/// <param name="Candidates">Spans by score, best first; also when there is no answer.</param>
/// <param name="NoAnswerScore">The model's probability that the context has no answer.</param>
/// <param name="Tokens">For the plot.</param>
sealed record FoundAnswers(
    string Question,
    string? WhyNone,
    IReadOnlyList<FoundAnswer> Candidates,
    double NoAnswerScore,
    [property: JsonIgnore] TokenScores? Tokens
)
{
    public FoundAnswer? Best => WhyNone is null && Candidates.Count > 0 ? Candidates[0] : null;
}
