namespace ProcessingJob.Cli.Pages;

/// <summary>Round numbers along an axis that starts at 0.</summary>
static class Axis
{
    static readonly int[] Multiples = [1, 2, 5, 10];

    /// <summary>0 and about <paramref name="count"/> multiples of 1, 2 or 5 × 10ⁿ, the last at or above <paramref name="max"/>.</summary>
    public static double[] Ticks(double max, int count = 4)
    {
        if (max <= 0)
        {
            return [0, 1];
        }

        var rough = max / count;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = Multiples.Select(m => m * power).First(s => s >= rough * 0.999);
        return [.. Enumerable.Range(0, (int)Math.Ceiling(max / step - 1e-9) + 1).Select(i => i * step)];
    }

    /// <summary>About 5 multiples of 1, 2 or 5 × 10ⁿ between two numbers.</summary>
    public static IEnumerable<double> Between(double start, double end)
    {
        var step = Ticks(end - start, 5)[1];
        var first = (long)Math.Ceiling(start / step - 1e-4);
        var last = (long)Math.Floor(end / step + 1e-4);
        return Enumerable.Range(0, (int)Math.Max(0, last - first + 1)).Select(i => (first + i) * step);
    }

    /// <summary>The labels left of a plot, from ticks.</summary>
    public static string Left(double[] ticks) =>
        "<div class=\"y\">"
        + string.Concat(ticks.Select(t => $"<span style=\"bottom:{Html.Number(100 * t / ticks[^1])}%\">{Html.Short(t)}</span>"))
        + "</div>";

    /// <summary>The labels below a plot: texts at shares of its width.</summary>
    public static string Below(IEnumerable<(double At, string Text)> labels) =>
        $"<div class=\"x\">{string.Concat(labels.Select(Label))}</div>";

    static string Label((double At, string Text) label) =>
        $"<span{(label.At > 0.96 ? " class=\"end\"" : "")} style=\"left:{Html.Number(100 * label.At)}%\">{Html.Encode(label.Text)}</span>";

    /// <summary>Faint lines at the ticks, in a plot of 100 × 100 units.</summary>
    public static string Grid(double[] ticks) =>
        string.Concat(
            ticks.Select(t =>
            {
                var y = Html.Number(100 - 100 * t / ticks[^1]);
                var line = t == 0 ? "base" : "grid";
                return $"<line class=\"{line}\" x1=\"0\" x2=\"100\" y1=\"{y}\" y2=\"{y}\" vector-effect=\"non-scaling-stroke\"/>";
            })
        );
}
