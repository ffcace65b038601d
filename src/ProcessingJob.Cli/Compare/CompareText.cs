using System.Globalization;
using System.Text;

namespace ProcessingJob.Cli.Compare;

/// <summary>A comparison in some lines.</summary>
static class CompareText
{
    public static string Of(OutputComparison found)
    {
        var text = new StringBuilder();
        text.Append(Line("A", $"{found.A}: {Display.Text.Plural(found.RowsA, "row")}{Width(found.DimensionsA)}"));
        text.Append(Line("B", $"{found.B}: {Display.Text.Plural(found.RowsB, "row")}{Width(found.DimensionsB)}"));
        text.Append(Line("matched", $"{Display.Text.Plural(found.Matched, "row")} by {found.Key}"));
        foreach (var (name, value) in Numbers(found))
        {
            text.Append(Line(name, value));
        }

        foreach (var setting in found.Settings)
        {
            text.Append(Line("setting", $"{setting.Setting}: {Or(setting.A)} and {Or(setting.B)}"));
        }

        foreach (var row in found.Moved)
        {
            text.Append(Line("moved", $"{Number(row.Cosine)}  {Pages.Html.Shorten(row.Row, 80)}"));
        }

        text.Append(found.Verdict.ToString().ToUpperInvariant()).Append('\n');
        foreach (var reason in found.Reasons)
        {
            text.Append("  ").Append(reason).Append('\n');
        }

        foreach (var cause in found.LikelyCauses)
        {
            text.Append("  likely cause: ").Append(cause).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Names and values of the measures that there are.</summary>
    public static IEnumerable<(string Name, string Value)> Numbers(OutputComparison found)
    {
        if (found.Cosines is { } cosines)
        {
            yield return (
                "cosines",
                $"mean {Number(cosines.Mean)}, median {Number(cosines.Median)}, 1st percentile {Number(cosines.FirstPercentile)}, "
                    + $"lowest {Number(cosines.Min)}"
            );
        }

        if (found is { NormsA: { } a, NormsB: { } b })
        {
            yield return (
                "lengths",
                $"{Number(a.Mean)} ({Number(a.Min)} to {Number(a.Max)}) in A, {Number(b.Mean)} ({Number(b.Min)} to {Number(b.Max)}) in B"
            );
        }

        if (found.NeighborsKept is { } kept)
        {
            yield return ("neighbors", $"{Display.Text.Percent(kept)} of each row's {Neighbors.Nearest} nearest are the same, in a sample");
        }
    }

    public static string Number(double value) => value.ToString("0.0000##", CultureInfo.InvariantCulture);

    public static string Or(string value) => value.Length > 0 ? value : "(none)";

    static string Width(int dimensions) => dimensions > 0 ? $", {dimensions} dimensions" : "";

    static string Line(string name, string value) => $"{name, -10}{value}\n";
}
