using System.Text;

namespace ProcessingJob.Cli.Pages;

/// <summary>Lines over a common horizontal axis that starts at 0.</summary>
/// <param name="Lines">Name and points of each; at most eight have a color of their own.</param>
/// <param name="Unit">Of the vertical axis.</param>
/// <param name="XUnit">Of the horizontal axis.</param>
sealed record LinePlot(IReadOnlyList<(string Name, IReadOnlyList<(double X, double Y)> Points)> Lines, string Unit, string XUnit)
{
    const int Height = 200;

    public string Build()
    {
        var points = Lines.SelectMany(l => l.Points).ToList();
        var right = points.Select(p => p.X).DefaultIfEmpty(0).Max();
        right = right > 0 ? right : 1;
        var ticks = Axis.Ticks(points.Select(p => p.Y).DefaultIfEmpty(0).Max());
        var lines = new StringBuilder();
        foreach (var (i, line) in Lines.Index())
        {
            var path = string.Join(
                ' ',
                line.Points.Select(p => $"{Html.Number(100 * p.X / right)},{Html.Number(100 - 100 * p.Y / ticks[^1])}")
            );
            lines.Append($"<polyline class=\"s{Color(i)}\" points=\"{path}\" vector-effect=\"non-scaling-stroke\"/>");
        }
        // Beyond eight the colors repeat and say nothing.
        var legend = Lines.Count is > 1 and <= 8 ? Html.Legend(Lines.Index().Select(l => (Color(l.Index), l.Item.Name))) : "";
        var below = Axis.Ticks(right, 5).Where(t => t <= right * 1.0001).Select(t => (t / right, Html.Short(t)));
        return $"""
            {legend}<figure class="plot">{Axis.Left(
                ticks
            )}<div class="area"><svg height="{Height}" viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label="{Html.Encode(
                Unit
            )}">{Axis.Grid(ticks)}{lines}</svg></div>
            {Axis.Below(below)}<figcaption>{Html.Encode(XUnit)}</figcaption></figure>
            """;
    }

    static int Color(int line) => line % 8 + 1;
}
