using System.Text;

namespace ProcessingJob.Cli.Pages;

/// <summary>A point of a <see cref="ScatterPlot"/>.</summary>
/// <param name="X">Any unit; the axis is fitted to the points.</param>
/// <param name="Y">Likewise.</param>
/// <param name="Color">1 to 8.</param>
/// <param name="Tip">Shown on hover or touch.</param>
readonly record struct ScatterPoint(double X, double Y, int Color, string Tip);

/// <summary>Points with a text each. Each axis is fitted to the points by itself.</summary>
sealed record ScatterPlot(IReadOnlyList<ScatterPoint> Points, IReadOnlyList<(int Color, string Name)> Legend)
{
    const int Height = 440;

    public string Build()
    {
        var (left, width) = Span(Points.Select(p => p.X));
        var (bottom, height) = Span(Points.Select(p => p.Y));
        var dots = new StringBuilder();
        foreach (var p in Points)
        {
            var (x, y) = (2 + 96 * (p.X - left) / width, 98 - 96 * (p.Y - bottom) / height);
            dots.Append(
                $"<circle class=\"dot f{p.Color}\" cx=\"{Html.Number(x)}%\" cy=\"{Html.Number(y)}%\" r=\"4\" "
                    + $"data-tip=\"{Html.Encode(p.Tip)}\"/>"
            );
        }
        var legend = Legend.Count > 1 ? Html.Legend(Legend) : "";
        var svg = $"""<svg width="100%" height="{Height}" role="img" aria-label="Scatter plot of embeddings">{dots}</svg>""";
        return $"""{legend}<div class="area">{svg}</div>""";
    }

    static (double Start, double Length) Span(IEnumerable<double> values)
    {
        var all = values.DefaultIfEmpty(0).ToList();
        var length = all.Max() - all.Min();
        return (all.Min(), length > 0 ? length : 1);
    }
}
