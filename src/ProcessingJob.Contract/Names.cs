using System.Text;

namespace ProcessingJob.Contract;

/// <summary>The one rule between C# names and the names in files: <c>MeanSqrtLen</c> is <c>mean_sqrt_len</c>.</summary>
public static class Names
{
    public static string ToSnakeCase(string name)
    {
        var text = new StringBuilder(name.Length + 4);
        foreach (var c in name)
        {
            if (char.IsAsciiLetterUpper(c) && text.Length > 0)
            {
                text.Append('_');
            }

            text.Append(char.ToLowerInvariant(c));
        }
        return text.ToString();
    }

    public static string Of<T>(T value)
        where T : struct, Enum => ToSnakeCase(value.ToString());

    public static IReadOnlyList<string> All<T>()
        where T : struct, Enum => [.. Enum.GetNames<T>().Select(ToSnakeCase)];

    public static T? TryParse<T>(string text)
        where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
        {
            if (string.Equals(Of(value), text, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }
        return null;
    }

    /// <summary>
    /// The candidate with the smallest edit distance (Damerau-Levenshtein with adjacent swaps), or null when even that one
    /// differs in more than a third of its letters.
    /// </summary>
    public static string? Nearest(string text, IEnumerable<string> candidates)
    {
        var (best, distance) = ((string?)null, int.MaxValue);
        foreach (var candidate in candidates)
        {
            var d = EditDistance(text, candidate);
            if (d < distance)
            {
                (best, distance) = (candidate, d);
            }
        }
        return best is not null && distance <= Math.Max(2, best.Length / 3) ? best : null;
    }

    static int EditDistance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            d[i, 0] = i;
        }

        for (var j = 0; j <= b.Length; j++)
        {
            d[0, j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
                }
            }
        }
        return d[a.Length, b.Length];
    }
}
