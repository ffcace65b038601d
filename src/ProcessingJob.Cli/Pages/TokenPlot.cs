using System.Text;

namespace ProcessingJob.Cli.Pages;

/// <summary>A bar per token: above the line for positive scores, below for negative ones.</summary>
/// <param name="Labels">Unique, one per token.</param>
/// <param name="Scores">One per token.</param>
/// <param name="Colour">1 to 8.</param>
/// <param name="First">First token of the answer; -1 for none.</param>
/// <param name="Last">Last token of the answer.</param>
internal sealed record TokenPlot(IReadOnlyList<string> Labels, IReadOnlyList<float> Scores, int Colour, int First, int Last)
{
    private const int Step = 17, Bars = 150, Left = 44;

    public string Build()
    {
        var (low, high) = (Math.Min(0, Scores.Min()), Math.Max(0, Scores.Max()));
        var unit = Bars / Math.Max(1e-6, high - low);
        double Y(double score) => 10 + (high - score) * unit;
        var longest = Labels.Max(l => l.Length);
        var (width, height) = (Left + Labels.Count * Step + 10, Bars + 34 + (int)(longest * 6.5));
        var svg = new StringBuilder($"<div class=\"tokens\"><svg width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"Scores per token\">");
        foreach (var value in new[] { low, 0.0, high }.Distinct())
            svg.Append($"<line class=\"{(value == 0 ? "base" : "grid")}\" x1=\"{Left}\" x2=\"{width}\" y1=\"{Html.Number(Y(value))}\" y2=\"{Html.Number(Y(value))}\"/><text x=\"{Left - 6}\" y=\"{Html.Number(Y(value) + 4)}\" text-anchor=\"end\">{Html.Number(Math.Round(value, 1))}</text>");
        for (var i = 0; i < Labels.Count; i++)
        {
            var (x, top, bottom, on) = (Left + i * Step, Y(Math.Max(0, Scores[i])), Y(Math.Min(0, Scores[i])), i >= First && i <= Last);
            svg.Append($"<rect class=\"f{(on ? 2 : Colour)}\" x=\"{x + 2}\" y=\"{Html.Number(top)}\" width=\"{Step - 4}\" height=\"{Html.Number(Math.Max(1, bottom - top))}\" data-tip=\"{Html.Encode($"{Labels[i]}: {Scores[i]:0.###}")}\"/>");
            svg.Append($"<text{(on ? " class=\"on\"" : "")} text-anchor=\"end\" transform=\"translate({Html.Number(x + Step / 2.0 + 4)},{Bars + 22}) rotate(-90)\">{Html.Encode(Labels[i])}</text>");
        }
        return svg.Append("</svg></div>").ToString();
    }
}
