using System.Globalization;
using ProcessingJob.Cli.Pages;
using static ProcessingJob.Cli.Display.Text;

namespace ProcessingJob.Cli.Analyze;

/// <summary>An analysis as a page.</summary>
static class AnalysisPage
{
    public static string Build(DataAnalysis a)
    {
        var page = new HtmlPage($"Lengths of {a.Data}", "pjob analyze");
        page.Add(
            $"Recommended max_length: {a.RecommendedMaxLength}",
            $"{a.Reason}.",
            Html.Facts([
                ("Texts", Count(a.Texts), $"{(a.IsSample ? "a sample of " : "")}{Plural(a.Files, "file")}"),
                (
                    "Tokens per text",
                    a.Tokens.Mean.ToString("0.#", CultureInfo.InvariantCulture),
                    $"{a.Words.Mean.ToString("0.#", CultureInfo.InvariantCulture)} words"
                ),
                ("Half have at most", $"{Count(a.Tokens.P50)}", "tokens"),
                ("99 % have at most", $"{Count(a.Tokens.P99)}", $"tokens; the longest has {Count(a.Tokens.Max)}"),
                ("Empty", Count(a.Empty), AnalysisText.Share(a.Empty, a.Records)),
                ("Duplicates", Count(a.Duplicates), AnalysisText.Share(a.Duplicates, a.Texts)),
                ("Rejects", Count(a.Rejects.Values.Sum()), string.Join(", ", a.Rejects.Select(r => $"{r.Key} {Count(r.Value)}"))),
                ("Model's limit", a.ModelLimit is { } limit ? Count(limit) : "none", a.Model),
            ])
        );
        page.Add(
            "Tokens per text",
            "With special tokens and prompt, before any truncation. The last bar takes all longer texts.",
            new Histogram(
                a.Tokens.Histogram,
                a.Tokens.HistogramWidth,
                "tokens",
                a.RecommendedMaxLength,
                $"max_length {a.RecommendedMaxLength}"
            ).Build()
        );
        page.Add("Words per text", "Runs without white space.", new Histogram(a.Words.Histogram, a.Words.HistogramWidth, "words").Build());
        page.Add(
            "What a max_length does",
            "Cost is the number of tokens a device computes: when all texts are padded to max_length, and when texts of one length share a batch, as the worker does.",
            Html.Table(
                ["max_length", "texts cut", "tokens lost", "padded to it", "computed here", "saved"],
                a.Limits.Select(l =>
                    (IReadOnlyList<string>)
                        [
                            $"{l.MaxLength}{(l.MaxLength == a.ModelLimit ? " (model)" : "")}",
                            Percent(l.TextsCut),
                            Percent(l.TokensLost),
                            Count(l.PaddedToMax),
                            Count(l.Computed),
                            Percent(Math.Round(1 - (double)l.Computed / l.PaddedToMax, 3)),
                        ]
                ),
                marked: a.Limits.ToList().FindIndex(l => l.MaxLength == a.RecommendedMaxLength)
            )
        );
        page.Add(
            "Scripts",
            "Texts by the script most of their letters belong to.",
            new StackedBars(
                [
                    .. a.Scripts.Select(s =>
                        (s.Key, $"{Count(s.Value)} ({AnalysisText.Share(s.Value, a.Texts)})", new[] { (double)s.Value / a.Texts })
                    ),
                ],
                [(5, "texts")]
            ).Build()
        );
        return page.Build("Drawn by pjob analyze. Everything is in this file; it loads nothing.");
    }
}
