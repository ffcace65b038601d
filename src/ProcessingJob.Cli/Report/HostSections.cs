using ProcessingJob.Cli.Display;
using ProcessingJob.Cli.Pages;
using ProcessingJob.Contract.Output;

namespace ProcessingJob.Cli.Report;

/// <summary>What the hosts' reports say: lengths, pace, and where the time went. Nothing where none says it.</summary>
static class HostSections
{
    /// <summary>With more hosts than this, their times are combined: nobody reads a hundred rows.</summary>
    const int MostHosts = 4;

    public static void AddLengths(HtmlPage page, IReadOnlyList<HostReport> reports, long rowsOut)
    {
        if (reports.All(r => r.Lengths.Sum() == 0))
        {
            return;
        }

        var (bucket, limit) = (reports[0].LengthBucket, reports.Max(r => r.MaxLength));
        var counts = new long[reports.Max(r => r.Lengths.Count)];
        foreach (var report in reports)
        {
            for (var i = 0; i < report.Lengths.Count; i++)
            {
                counts[i] += report.Lengths[i];
            }
        }
        var used = Array.FindLastIndex(counts, c => c > 0) + 1;
        // With the line in sight when it is near.
        var shown = limit > 0 && limit <= 2 * used * bucket ? Math.Max(used, limit / bucket + 1) : used;
        var truncated = reports.Sum(r => r.Truncated);
        var rows = reports.Sum(r => r.RowsOut);
        // Hosts report on the last run alone.
        var part = rows < rowsOut ? $" Of the last run: {Text.Count(rows)} of {Text.Count(rowsOut)} rows." : "";
        page.Add(
            "Length of texts",
            (
                truncated > 0
                    ? $"Tokens per encoding after truncation; {Text.Count(truncated)} were truncated to {limit}."
                    : "Tokens per encoding; none was truncated."
            ) + part,
            new Histogram(
                [.. counts.Take(shown), .. Enumerable.Repeat(0L, Math.Max(0, shown - counts.Length))],
                bucket,
                "tokens",
                limit > 0 ? limit : null,
                $"max_length {limit}",
                MarksOver: truncated > 0
            ).Build()
        );
    }

    public static void AddThroughput(HtmlPage page, IReadOnlyList<HostReport> reports)
    {
        // One rate is the summary's.
        var lines = reports.Where(r => r.Throughput.Count > 2).Select(r => (r.Host, Rates(r.Throughput))).ToList();
        if (lines.Count == 0)
        {
            return;
        }

        page.Add(
            "Throughput",
            "Tokens per second of each host, model loading excluded.",
            new LinePlot(lines, "tokens/s", "seconds").Build()
        );
    }

    static IReadOnlyList<(double X, double Y)> Rates(IReadOnlyList<ThroughputPoint> totals)
    {
        // A line needs no more points than a screen has room for; fewer also smooth it.
        var step = Math.Max(1, totals.Count / 120);
        var kept = totals.Where((_, i) => i % step == 0 || i == totals.Count - 1).ToList();
        // What is left at the end may be a moment, in which little or nothing was counted: it belongs to the interval before.
        if (kept.Count > 2 && kept[^1].Seconds - kept[^2].Seconds < (kept[^2].Seconds - kept[^3].Seconds) / 2)
        {
            kept.RemoveAt(kept.Count - 2);
        }

        var rates = kept.Zip(
                kept.Skip(1),
                (a, b) => (b.Seconds, Math.Max(0, b.Seconds > a.Seconds ? (b.Tokens - a.Tokens) / (b.Seconds - a.Seconds) : 0))
            )
            .ToList();
        // The first rate holds from the start on, so that a short run is a line as well.
        return [(kept[0].Seconds, rates[0].Item2), .. rates];
    }

    public static void AddStages(HtmlPage page, IReadOnlyList<HostReport> reports)
    {
        if (reports.All(r => r.Stages.Count == 0))
        {
            return;
        }

        var rows = new List<(string, string, double[])>();
        foreach (var report in reports.Count > MostHosts ? [Together(reports)] : reports)
        {
            var host = reports.Count is > 1 and <= MostHosts ? report.Host + " " : "";
            rows.AddRange(report.Stages.Select(stage => Row(host, stage, report)));
            if (report.DeviceUtilisation > 0)
            {
                rows.Add(
                    (
                        $"{host}{report.Device}",
                        Text.Percent(Math.Round(report.DeviceUtilisation, 3)) + " busy",
                        [report.DeviceUtilisation, 0, 0]
                    )
                );
            }
        }

        page.Add(
            "Time by stage",
            (reports.Count > MostHosts ? "All hosts together. " : "")
                + $"A whole bar is the time of the run ({Text.Seconds(reports.Max(r => r.BusySeconds))}) of all that work in "
                + "the stage. What is busy "
                + "nearly all the time sets the pace; best is that the device does.",
            new StackedBars(rows, [(1, "busy"), (8, "waiting for input"), (2, "waiting for output")]).Build()
        );
    }

    static (string, string, double[]) Row(string host, StageReport stage, HostReport report)
    {
        // A stage may begin before the model is loaded and end after the last result.
        var own = stage.BusySeconds + stage.WaitInputSeconds + stage.WaitOutputSeconds;
        var all = Math.Max(report.BusySeconds * Math.Max(1, stage.Workers), own);
        double[] shares = all > 0 ? [stage.BusySeconds / all, stage.WaitInputSeconds / all, stage.WaitOutputSeconds / all] : [0, 0, 0];
        return (
            host + stage.Name,
            $"{Text.Percent(Math.Round(shares[0], 3))} busy{(stage.Workers > 1 ? $", {stage.Workers} workers" : "")}",
            shares
        );
    }

    static HostReport Together(IReadOnlyList<HostReport> reports) =>
        reports[0] with
        {
            BusySeconds = reports.Sum(r => r.BusySeconds) / reports.Count,
            DeviceUtilisation = reports.Average(r => r.DeviceUtilisation),
            Stages =
            [
                .. reports
                    .SelectMany(r => r.Stages)
                    .GroupBy(s => s.Name)
                    .Select(g => new StageReport(
                        g.Key,
                        g.Sum(s => s.Workers),
                        g.Sum(s => s.BusySeconds),
                        g.Sum(s => s.WaitInputSeconds),
                        g.Sum(s => s.WaitOutputSeconds)
                    )),
            ],
        };
}
