using System.Text.RegularExpressions;

namespace ProcessingJob.Samples.Tokenizers;

/// <summary>The demo reviews, which every vocabulary is learnt from.</summary>
static class TrainingText
{
    public static string All { get; } = string.Join('\n', DemoReviews.Bodies);

    /// <summary>Matches of a pattern in the text with their counts, most frequent first, ties in ordinal order.</summary>
    public static List<(string Word, int Count)> Count(string text, Regex pattern) =>
        [
            .. pattern
                .Matches(text)
                .CountBy(match => match.Value, StringComparer.Ordinal)
                .OrderByDescending(entry => entry.Value)
                .ThenBy(entry => entry.Key, StringComparer.Ordinal)
                .Select(entry => (entry.Key, entry.Value)),
        ];

    /// <summary>The text's code points beyond ASCII, in order.</summary>
    public static IEnumerable<string> BeyondAscii(string text) =>
        text.EnumerateRunes().Where(rune => !rune.IsAscii).Distinct().Order().Select(rune => rune.ToString());
}
