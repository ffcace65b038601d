using System.Globalization;

namespace ProcessingJob.Cli.Report;

/// <summary>Which of eight colors a value has, and what the colors mean.</summary>
/// <param name="Column">The colored column, or null.</param>
/// <param name="Legend">Colors in use.</param>
/// <param name="Of">The color (1 to 8) of a value.</param>
sealed record ColorKey(string? Column, IReadOnlyList<(int Color, string Name)> Legend, Func<object?, int> Of)
{
    const int Named = 7,
        Other = 8;

    /// <summary>The asked column, else the one whose colors explain most of where the points lie.</summary>
    /// <param name="rows">Values by column.</param>
    /// <param name="columns">Those that may color.</param>
    /// <param name="asked">The user's choice.</param>
    /// <param name="points">A point of the picture for each row.</param>
    /// <returns>The key, and the share of the points' variance that lies between its colors (eta squared).</returns>
    public static (ColorKey Key, double Explained) ThatExplains(
        IReadOnlyList<IReadOnlyDictionary<string, object?>> rows,
        IReadOnlyList<string> columns,
        string? asked,
        IReadOnlyList<(double X, double Y)> points
    )
    {
        var keys = (asked is null ? columns : [asked])
            .Select(c => Choose(rows, [c], asked))
            .Where(k => k.Column is not null)
            .Select(k => (Key: k, Explained: Share(points, [.. rows.Select(r => k.Of(r.GetValueOrDefault(k.Column!)))])))
            .ToList();
        return keys.Count > 0 ? keys.MaxBy(k => k.Explained) : (Choose(rows, columns, asked), 0);
    }

    static double Share(IReadOnlyList<(double X, double Y)> points, IReadOnlyList<int> colors)
    {
        var within = points.Zip(colors).GroupBy(p => p.Second, p => p.First).Sum(g => Spread([.. g]));
        var all = Spread(points);
        return all > 0 ? 1 - within / all : 0;
    }

    static double Spread(IReadOnlyList<(double X, double Y)> points)
    {
        var (x, y) = (points.Average(p => p.X), points.Average(p => p.Y));
        return points.Sum(p => (p.X - x) * (p.X - x) + (p.Y - y) * (p.Y - y));
    }

    /// <summary>The asked column, else the one with the fewest values of those with 2 to 8, else the first number.</summary>
    public static ColorKey Choose(IReadOnlyList<IReadOnlyDictionary<string, object?>> rows, IReadOnlyList<string> columns, string? asked)
    {
        var distinct = columns.Select(c => (Name: c, Count: rows.Select(r => Text(r.GetValueOrDefault(c))).Distinct().Count())).ToList();
        var column =
            asked
            ?? distinct.Where(c => c.Count is >= 2 and <= Other).OrderBy(c => c.Count).Select(c => c.Name).FirstOrDefault()
            ?? distinct
                .Where(c => c.Count > 1 && rows.All(r => Number(r.GetValueOrDefault(c.Name)) is not null))
                .Select(c => c.Name)
                .FirstOrDefault();
        if (column is null)
        {
            return new(null, [], _ => 1);
        }

        var values = rows.Select(r => r.GetValueOrDefault(column)).ToList();
        return distinct.Find(c => c.Name == column).Count > Other && values.TrueForAll(v => Number(v) is not null)
            ? OfNumbers(column, [.. values.Select(v => Number(v)!.Value).Order()])
            : OfTexts(column, values);
    }

    static ColorKey OfTexts(string column, List<object?> values)
    {
        var groups = values
            .GroupBy(Text)
            .OrderByDescending(g => g.Count())
            .ThenBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => g.Key)
            .ToList();
        var named = groups.Count > Other ? groups.Take(Named) : groups;
        // In the order people expect them, not by frequency.
        var colors = named
            .OrderBy(n => double.TryParse(n, CultureInfo.InvariantCulture, out var d) ? d : double.MaxValue)
            .ThenBy(n => n, StringComparer.Ordinal)
            .Select((name, i) => (Color: i + 1, Name: name))
            .ToList();
        var byName = colors.ToDictionary(c => c.Name, c => c.Color);
        if (groups.Count > Other)
        {
            colors.Add((Other, $"{groups.Count - Named} others"));
        }

        return new(column, colors, v => byName.GetValueOrDefault(Text(v), Other));
    }

    static ColorKey OfNumbers(string column, double[] sorted)
    {
        const int bins = 5;
        var limits = Enumerable.Range(1, bins - 1).Select(i => sorted[i * sorted.Length / bins]).Distinct().ToArray();
        int Bin(double value) => limits.Count(l => value >= l) + 1;
        var legend = Enumerable
            .Range(0, limits.Length + 1)
            .Select(i =>
                (
                    i + 1,
                    i == 0 ? $"below {limits[0]:0.###}"
                    : i == limits.Length ? $"from {limits[^1]:0.###}"
                    : $"{limits[i - 1]:0.###} to {limits[i]:0.###}"
                )
            );
        return new(column, [.. legend], v => Bin(Number(v) ?? 0));
    }

    static string Text(object? value) => value is null ? "(none)" : Convert.ToString(value, CultureInfo.InvariantCulture)!;

    static double? Number(object? value) =>
        value switch
        {
            long n => n,
            int n => n,
            double d => d,
            string s when double.TryParse(s, NumberStyles.Float, CultureInfo.InvariantCulture, out var d) => d,
            _ => null,
        };
}
