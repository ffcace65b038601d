using System.Globalization;
using System.Text;
using ProcessingJob.Cli.Display;

namespace ProcessingJob.Cli.Analyze;

/// <summary>An analysis as lines with bars.</summary>
static class AnalysisText
{
    const int BarLength = 44,
        MostBars = 24;

    public static string Of(DataAnalysis a)
    {
        var text = new StringBuilder();
        text.AppendLine(
            $"{a.Data}: {Display.Text.Count(a.Texts)} texts{(a.IsSample ? " (a sample)" : "")} of {Display.Text.Plural(a.Files, "file")}"
        );
        text.AppendLine();
        text.AppendLine("tokens per text");
        text.Append(Bars(a.Tokens));
        text.AppendLine();
        var lengths = new TextTable("", "mean", "p50", "p90", "p95", "p99", "max");
        foreach (var (name, l) in new[] { ("words", a.Words), ("tokens", a.Tokens) })
        {
            lengths.Add(name, l.Mean.ToString("0.0", CultureInfo.InvariantCulture), N(l.P50), N(l.P90), N(l.P95), N(l.P99), N(l.Max));
        }

        text.Append(lengths).AppendLine();
        var limits = new TextTable("max_length", "truncated", "tokens lost", "padded", "length-sorted");
        foreach (var l in a.Limits)
        {
            limits.Add(
                a.NameOf(l),
                Display.Text.Percent(l.TextsCut),
                Display.Text.Percent(l.TokensLost),
                N(l.PaddedToMax),
                $"{N(l.Computed)} ({Display.Text.Percent(Math.Round((double)l.Computed / l.PaddedToMax, 3))})"
            );
        }

        text.Append(limits).AppendLine();
        text.AppendLine($"recommended: tokens.max_length: {a.RecommendedMaxLength}");
        text.AppendLine($"  {a.Reason}");
        text.AppendLine();
        text.AppendLine($"scripts: {string.Join(", ", a.Scripts.Select(s => $"{s.Key} {Share(s.Value, a.Texts)}"))}");
        var about = a.DuplicatesAreExact ? "" : "about ";
        text.AppendLine($"empty: {Share(a.Empty, a.Records)}   duplicates: {about}{Share(a.Duplicates, a.Texts)}");
        if (a.Rejects.Count > 0)
        {
            text.AppendLine($"rejects: {string.Join(", ", a.Rejects.Select(r => $"{r.Key} {N(r.Value)} ({Share(r.Value, a.Records)})"))}");
        }

        return text.ToString();
    }

    public static string Share(long part, long whole) => Display.Text.Percent(whole == 0 ? 0 : (double)part / whole);

    static string Bars(LengthSummary lengths)
    {
        // A terminal has fewer lines than a page has columns.
        var join = (lengths.Histogram.Count + MostBars - 1) / MostBars;
        var counts = lengths.Histogram.Chunk(join).Select(c => c.Sum()).ToList();
        var (width, most, bars) = (lengths.HistogramWidth * join, Math.Max(1, counts.Max()), new StringBuilder());
        for (var i = 0; i < counts.Count; i++)
        {
            var eighths = (int)Math.Ceiling(8.0 * BarLength * counts[i] / most);
            var bar = new string('█', eighths / 8) + (eighths % 8 > 0 ? "▏▎▍▌▋▊▉"[eighths % 8 - 1] : "");
            var range = i == counts.Count - 1 && lengths.Max >= (i + 1) * width ? $"{i * width}+" : $"{i * width}-{(i + 1) * width - 1}";
            bars.AppendLine($"{range, 11}  {bar.PadRight(BarLength)}  {N(counts[i])}".TrimEnd());
        }
        return bars.ToString();
    }

    static string N(long n) => Display.Text.Count(n);
}
