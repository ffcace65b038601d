using System.Text;

namespace ProcessingJob.Cli.Pages;

/// <summary>A bar per token: above the line for positive scores, below for negative ones.</summary>
/// <param name="Labels">Unique, one per token.</param>
/// <param name="Scores">One per token.</param>
/// <param name="Color">1 to 8.</param>
/// <param name="First">First token of the answer; -1 for none.</param>
/// <param name="Last">Last token of the answer.</param>
sealed record TokenPlot(IReadOnlyList<string> Labels, IReadOnlyList<float> Scores, int Color, int First, int Last)
{
    const int Step = 17,
        Bars = 150,
        Top = 10;

    public string Build()
    {
        var (low, high) = (Math.Min(0, Scores.Min()), Math.Max(0, Scores.Max()));
        var unit = Bars / Math.Max(1e-6, high - low);
        double Y(double score) => Top + (high - score) * unit;
        var longest = Labels.Max(l => l.Length);
        var (width, height) = (Labels.Count * Step + 10, Bars + 34 + (int)(longest * 6.5));
        // The axis stays where it is when the bars are scrolled.
        double[] ticks = [.. new[] { low, 0.0, high }.Distinct()];
        var axis = string.Concat(ticks.Select(t => $"<span style=\"top:{Html.Number(Y(t))}px\">{Html.Number(Math.Round(t, 1))}</span>"));
        var svg = new StringBuilder(
            $"<figure class=\"plot\"><div class=\"y down\">{axis}</div><div class=\"tokens\" tabindex=\"0\">"
                + $"<svg width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"Scores per token\">"
        );
        foreach (var value in ticks)
        {
            svg.Append(
                $"<line class=\"{(value == 0 ? "base" : "grid")}\" x1=\"0\" x2=\"{width}\" "
                    + $"y1=\"{Html.Number(Y(value))}\" y2=\"{Html.Number(Y(value))}\"/>"
            );
        }

        for (var i = 0; i < Labels.Count; i++)
        {
            var (x, top, bottom, on) = (i * Step, Y(Math.Max(0, Scores[i])), Y(Math.Min(0, Scores[i])), i >= First && i <= Last);
            svg.Append(
                $"<rect class=\"f{(on ? 2 : Color)}\" x=\"{x + 2}\" y=\"{Html.Number(top)}\" width=\"{Step - 4}\" "
                    + $"height=\"{Html.Number(Math.Max(1, bottom - top))}\" data-tip=\"{Html.Encode($"{Labels[i]}: {Scores[i]:0.###}")}\"/>"
            );
            svg.Append(
                $"<text{(on ? " class=\"on\"" : "")} text-anchor=\"end\" "
                    + $"transform=\"translate({Html.Number(x + Step / 2.0 + 4)},{Bars + 22}) rotate(-90)\">{Html.Encode(Labels[i])}</text>"
            );
        }
        return svg.Append("</svg></div></figure>").ToString();
    }
}
