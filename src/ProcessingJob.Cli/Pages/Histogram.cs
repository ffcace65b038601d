using System.Text;

namespace ProcessingJob.Cli.Pages;

/// <summary>Bars of counts over equal ranges.</summary>
/// <param name="Counts">One per range.</param>
/// <param name="Width">Of a range.</param>
/// <param name="Unit">What the ranges count, such as tokens.</param>
/// <param name="Limit">Where a line is drawn; null for none.</param>
/// <param name="LimitText">Beside the line.</param>
/// <param name="Start">Where the first range starts.</param>
/// <param name="MarksOver">Whether ranges from the limit on have another color.</param>
sealed record Histogram(
    IReadOnlyList<long> Counts,
    double Width,
    string Unit,
    double? Limit = null,
    string LimitText = "",
    double Start = 0,
    bool MarksOver = true
)
{
    const int Height = 210;

    public string Build()
    {
        var end = Counts.Count * Width;
        var ticks = Axis.Ticks(Counts.DefaultIfEmpty(0).Max());
        var bars = new StringBuilder();
        var (slot, total) = (100.0 / Math.Max(1, Counts.Count), Math.Max(1, Counts.Sum()));
        for (var i = 0; i < Counts.Count; i++)
        {
            if (Counts[i] == 0)
            {
                continue;
            }
            // A single text among millions is still to be seen.
            var height = Math.Max(0.7, 100 * Counts[i] / ticks[^1]);
            var over = MarksOver && Limit is { } limit && i * Width >= limit;
            var tip =
                $"{Html.Short(Start + i * Width)} to {Html.Short(Start + (i + 1) * Width)} {Unit}: "
                + $"{Counts[i]:N0} ({100.0 * Counts[i] / total:0.0} %)";
            bars.Append(
                $"<rect class=\"f{(over ? 2 : 1)}\" x=\"{Html.Number(i * slot + slot * 0.06)}\" width=\"{Html.Number(slot * 0.88)}\" "
                    + $"y=\"{Html.Number(100 - height)}\" height=\"{Html.Number(height)}\" data-tip=\"{Html.Encode(tip)}\"/>"
            );
        }
        var mark = "";
        if (Limit is { } at && at <= end)
        {
            var x = Html.Number(100 * at / end);
            bars.Append($"<line class=\"limit\" x1=\"{x}\" x2=\"{x}\" y1=\"0\" y2=\"100\" vector-effect=\"non-scaling-stroke\"/>");
            mark = $"<span class=\"mark{(at > end / 2 ? " left" : "")}\" style=\"left:{x}%\">{Html.Encode(LimitText)}</span>";
        }
        var below = Axis.Between(Start, Start + end).Select(t => ((t - Start) / end, Html.Short(t)));
        return $"""
            <figure class="plot">{Axis.Left(
                ticks
            )}<div class="area"><svg height="{Height}" viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label="{Html.Encode(
                $"Histogram of {Unit}"
            )}">{Axis.Grid(ticks)}{bars}</svg>{mark}</div>
            {Axis.Below(below)}<figcaption>{Html.Encode(Unit)}</figcaption></figure>
            """;
    }
}
