using ProcessingJob.Samples;

namespace ProcessingJob.EndToEnd.Tests;

/// <summary>Rows of jsonl with texts of natural lengths.</summary>
static class Texts
{
    public static IEnumerable<string> Rows(int count, int seed = 1) =>
        SampleTexts
            .Reviews(seed, count)
            .Select(
                (text, i) =>
                    System.Text.Json.JsonSerializer.Serialize(
                        new
                        {
                            id = $"{seed}-{i}",
                            stars = i % 5 + 1,
                            text,
                        }
                    ) + "\n"
            );
}
