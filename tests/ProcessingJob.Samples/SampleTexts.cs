using System.Text.RegularExpressions;

namespace ProcessingJob.Samples;

/// <summary>Review-like texts from a seed, for soaks and benchmarks.</summary>
public static partial class SampleTexts
{
    const int Shortest = 2;
    const int Median = 45;
    const int Longest = 600;
    const double Spread = 0.85;
    const double ShareBeyond = 1.0 / 15;

    static readonly ILookup<bool, string> Sentences = DemoReviews
        .Bodies.SelectMany(body => SentencePattern().Matches(body))
        .Select(match => match.Value.Trim())
        .Where(text => text.Length > 0)
        .Distinct()
        .ToLookup(text => text.Any(c => c > 'ÿ'));

    static readonly string[] Plain = [.. Sentences[false]];
    static readonly string[] Beyond = [.. Sentences[true]];

    /// <summary>
    /// <paramref name="count"/> texts of shuffled sentences: lengths log-normal (median about 45 words, 2 to 600), one in fifteen with
    /// emoji
    /// or another script, some with line breaks. The n-th text depends on the seed and n only.
    /// </summary>
    public static IEnumerable<string> Reviews(int seed, int count)
    {
        for (var n = 0; n < count; n++)
        {
            yield return Review(new Random(unchecked(seed * 1_000_003 + n)));
        }
    }

    static string Review(Random random)
    {
        var wanted = Math.Clamp((int)(Median * Math.Exp(Spread * Normal(random))), Shortest, Longest);
        var words = new List<string>(wanted);
        if (random.NextDouble() < ShareBeyond)
        {
            words.AddRange(Pick(Beyond, random).Split(' '));
        }

        while (words.Count < wanted)
        {
            words.AddRange(Pick(Plain, random).Split(' '));
        }

        if (words.Count > wanted)
        {
            words.RemoveRange(wanted, words.Count - wanted);
        }

        var text = string.Join(' ', words);
        return random.Next(12) == 0 ? text.Replace(". ", ".\n", StringComparison.Ordinal) : text;
    }

    static string Pick(string[] from, Random random) => from[random.Next(from.Length)];

    /// <summary>By Box and Muller.</summary>
    static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    [GeneratedRegex("""[^.!?\n。！？]+[.!?。！？]*["”’»)]*""")]
    private static partial Regex SentencePattern();
}
