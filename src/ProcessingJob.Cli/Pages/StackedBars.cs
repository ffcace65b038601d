namespace ProcessingJob.Cli.Pages;

/// <summary>A row per name with a bar of shares.</summary>
/// <param name="Rows">Name, a text behind the bar, and the shares (0 to 1) in the order of <paramref name="Parts"/>.</param>
/// <param name="Parts">What the shares are; one part needs no legend.</param>
sealed record StackedBars(IReadOnlyList<(string Name, string Value, double[] Shares)> Rows, IReadOnlyList<(int Color, string Name)> Parts)
{
    public string Build() => $"{(Parts.Count > 1 ? Html.Legend(Parts) : "")}{string.Concat(Rows.Select(Row))}";

    string Row((string Name, string Value, double[] Shares) row)
    {
        var parts = row.Shares.Zip(
            Parts,
            (share, part) =>
                $"<i class=\"b{part.Color}\" style=\"width:{Html.Number(100 * Math.Clamp(share, 0, 1))}%\" "
                + $"data-tip=\"{Html.Encode($"{part.Name}: {100 * share:0.#} %")}\"></i>"
        );
        return $"<div class=\"row\"><span class=\"name\">{Html.Encode(row.Name)}</span>"
            + $"<span class=\"stack\">{string.Concat(parts)}</span><span class=\"value\">{Html.Encode(row.Value)}</span></div>";
    }
}
