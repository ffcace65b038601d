using System.Globalization;
using System.Text.Json;
using ProcessingJob.Cli.Display;
using ProcessingJob.Cli.Outputs;
using ProcessingJob.Cli.Pages;
using ProcessingJob.Contract;

namespace ProcessingJob.Cli.Report;

/// <summary>The page about a finished job.</summary>
static class ReportPage
{
    /// <summary>More hosts than these are shown together: nobody reads a hundred rows.</summary>
    const int MostHosts = 4;
    const int TipLength = 280;

    /// <param name="output">The job.</param>
    /// <param name="reports">Of its hosts; may be empty.</param>
    /// <param name="rejects">Samples.</param>
    /// <param name="sample">Embeddings to draw, or null.</param>
    /// <param name="colour">Column to colour them by, or null to choose one.</param>
    public static string Build(
        JobOutput output,
        IReadOnlyList<HostReport> reports,
        IReadOnlyList<Reject> rejects,
        EmbeddingSample? sample,
        string? colour
    )
    {
        var (manifest, spec) = (output.Manifest, output.Spec);
        var page = new HtmlPage(
            manifest.Job,
            $"{Names.Of(spec.Task)} job · finished {manifest.FinishedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC"
        );
        page.Add("Summary", "", Html.Facts(Summary(output, reports)));
        if (reports.Any(r => r.Lengths.Sum() > 0))
        {
            AddLengths(page, reports);
        }

        if (sample is { Rows.Count: > 1 })
        {
            AddPicture(page, output, sample, colour);
        }

        if (reports.Any(r => r.Throughput.Count > 1))
        {
            AddThroughput(page, reports);
        }

        if (reports.Any(r => r.Stages.Count > 0))
        {
            AddStages(page, reports);
        }

        AddRejects(page, manifest, rejects);
        AddLineage(page, output, reports);
        return page.Build("Drawn by pjob report. Everything is in this file; it loads nothing.");
    }

    static IEnumerable<(string, string, string)> Summary(JobOutput output, IReadOnlyList<HostReport> reports)
    {
        var m = output.Manifest;
        yield return ("Rows in", Text.Count(m.RowsIn), "");
        yield return ("Rows out", Text.Count(m.RowsOut), m.RowsOut != m.RowsKept ? $"of {Text.Count(m.RowsKept)} rows in" : "");
        yield return ("Rejected", Text.Count(m.RejectedRows), m.RowsIn > 0 ? Text.Percent((double)m.RejectedRows / m.RowsIn) : "");
        yield return ("Tokens", Text.Count(m.Tokens), m.RowsOut > 0 ? $"{Text.Count((double)m.Tokens / m.RowsOut)} per row" : "");
        yield return (
            "Truncated",
            Text.Count(m.Truncated),
            m.RowsOut > 0 ? Text.Percent((double)m.Truncated / m.RowsOut) + " of rows" : ""
        );
        if (reports.Count > 0)
        {
            var seconds = reports.Max(r => r.BusySeconds);
            yield return ("Time", Text.Seconds(seconds), "after the model was loaded");
            if (seconds > 0)
            {
                yield return (
                    "Speed",
                    $"{Text.Count(reports.Sum(r => r.RowsOut) / seconds)} rows/s",
                    $"{Text.Count(reports.Sum(r => r.Tokens) / seconds)} tokens/s"
                );
            }

            var padded = reports.Sum(r => r.PaddedTokens);
            if (padded > 0)
            {
                yield return ("Padding", Text.Percent(1 - (double)reports.Sum(r => r.RealTokens) / padded), "of the tokens computed");
            }

            if (reports.Sum(r => r.DuplicateRows) is > 0 and var equal)
            {
                yield return ("Equal texts", Text.Count(equal), "encoded once");
            }

            yield return ("Hosts", Text.Count(reports.Count), reports[0].Device);
        }
        yield return ("Output", Text.Bytes(m.Parts.Sum(p => p.Bytes)), Text.Plural(m.Parts.Count, "part"));
    }

    static void AddLengths(HtmlPage page, IReadOnlyList<HostReport> reports)
    {
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
        page.Add(
            "Length of texts",
            truncated > 0
                ? $"Tokens per encoding after truncation; {Text.Count(truncated)} were cut at {limit}."
                : "Tokens per encoding; none was cut.",
            new Histogram(
                [.. counts.Take(shown), .. Enumerable.Repeat(0L, Math.Max(0, shown - counts.Length))],
                bucket,
                "tokens",
                limit > 0 ? limit : null,
                $"max_length {limit}"
            ).Build()
        );
    }

    static void AddPicture(HtmlPage page, JobOutput output, EmbeddingSample sample, string? colour)
    {
        var ours = new HashSet<string>([
            "token_count",
            "truncated",
            "source_file",
            "source_row",
            "window",
            "start",
            "end",
            PartReader.VectorColumn,
        ]);
        var texts = output.Spec.Input.Text;
        var id = output.Spec.Input.Id;
        var kept = sample.Rows.SelectMany(r => r.Keys).Distinct().Where(c => !ours.Contains(c)).ToList();
        var key = ColourKey.Choose(sample.Rows, [.. kept.Where(c => c != id && !texts.Contains(c))], colour);
        var (points, x, y) = Pca.Project(sample.Vectors, sample.Width);
        string Tip(IReadOnlyDictionary<string, object?> row)
        {
            var lines = kept.Where(c => !texts.Contains(c))
                .Select(c => $"{c}: {Html.Shorten(Value(row.GetValueOrDefault(c)), 80)}")
                .Take(6)
                .ToList();
            lines.AddRange(texts.Where(row.ContainsKey).Select(c => Html.Shorten(Value(row[c]), TipLength)));
            return lines.Count > 0
                ? string.Join('\n', lines)
                : $"{Value(row.GetValueOrDefault("source_file"))}, row {Value(row.GetValueOrDefault("source_row"))}";
        }
        var dots = points
            .Zip(
                sample.Rows,
                (p, row) => new ScatterPoint(p.X, p.Y, key.Column is null ? 1 : key.Of(row.GetValueOrDefault(key.Column)), Tip(row))
            )
            .ToList();
        var about =
            $"{Text.Count(points.Length)} of {Text.Count(output.Manifest.RowsOut)} embeddings along their two main directions (PCA: {Text.Percent(Math.Round(x, 3))} and {Text.Percent(Math.Round(y, 3))} of the variance)"
            + (key.Column is null ? "; keep a column (input.keep) to colour them by it." : $", coloured by {key.Column}.");
        page.Add("Embeddings", about, new ScatterPlot(dots, key.Legend).Build());
    }

    static void AddThroughput(HtmlPage page, IReadOnlyList<HostReport> reports)
    {
        var lines = reports.Where(r => r.Throughput.Count > 1).Select(r => (r.Host, Rates(r.Throughput))).ToList();
        page.Add(
            "Throughput",
            "Tokens per second of each host, after the model was loaded.",
            new LinePlot(lines, "tokens/s", "seconds").Build()
        );
    }

    static IReadOnlyList<(double X, double Y)> Rates(IReadOnlyList<ThroughputPoint> totals)
    {
        // A line needs no more points than a screen has room for; fewer also smooth it.
        var step = Math.Max(1, totals.Count / 120);
        var kept = totals.Where((_, i) => i % step == 0 || i == totals.Count - 1).ToList();
        var rates = kept.Zip(
                kept.Skip(1),
                (a, b) => (b.Seconds, Math.Max(0, b.Seconds > a.Seconds ? (b.Tokens - a.Tokens) / (b.Seconds - a.Seconds) : 0))
            )
            .ToList();
        // The first rate holds from the start on, so that a short run is a line as well.
        return [(kept[0].Seconds, rates[0].Item2), .. rates];
    }

    static void AddStages(HtmlPage page, IReadOnlyList<HostReport> reports)
    {
        var rows = new List<(string, string, double[])>();
        foreach (var report in reports.Count > MostHosts ? [Together(reports)] : reports)
        {
            var host = reports.Count is > 1 and <= MostHosts ? report.Host + " " : "";
            foreach (var stage in report.Stages)
            {
                var all = stage.BusySeconds + stage.WaitInputSeconds + stage.WaitOutputSeconds;
                double[] shares =
                    all > 0 ? [stage.BusySeconds / all, stage.WaitInputSeconds / all, stage.WaitOutputSeconds / all] : [0, 0, 0];
                rows.Add(
                    (
                        $"{host}{stage.Name}",
                        $"{Text.Percent(Math.Round(shares[0], 3))} busy{(stage.Workers > 1 ? $", {stage.Workers} workers" : "")}",
                        shares
                    )
                );
            }
            if (report.DeviceUtilisation > 0)
            {
                rows.Add(
                    (
                        $"{host}{report.Device}",
                        $"{Text.Percent(Math.Round(report.DeviceUtilisation, 3))} busy",
                        [report.DeviceUtilisation, 1 - report.DeviceUtilisation, 0]
                    )
                );
            }
        }
        page.Add(
            "Where the time went",
            (reports.Count > MostHosts ? "All hosts together. " : "")
                + "The stage that hardly waits is the one that sets the pace; with a busy device that is as it should be.",
            new StackedBars(rows, [(1, "busy"), (8, "waiting for input"), (2, "waiting to hand on")]).Build()
        );
    }

    static HostReport Together(IReadOnlyList<HostReport> reports) =>
        reports[0] with
        {
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

    static void AddRejects(HtmlPage page, Manifest manifest, IReadOnlyList<Reject> samples)
    {
        if (manifest.RejectedRows == 0)
        {
            page.Add("Rejects", "", "<div>None: every row reached the output.</div>");
            return;
        }
        var most = manifest.Rejects.Values.Max();
        var bars = new StackedBars(
            [
                .. manifest
                    .Rejects.OrderByDescending(r => r.Value)
                    .Select(r => (r.Key, Text.Count(r.Value), new[] { (double)r.Value / most })),
            ],
            [(4, "rows")]
        ).Build();
        var table =
            samples.Count == 0
                ? ""
                : "<h2 style=\"margin-top:16px\">Samples</h2>"
                    + Html.Table(
                        ["where", "reason", "what", "row"],
                        samples.Select(r =>
                            (IReadOnlyList<string>)[$"{r.SourceFile}:{r.SourceRow}", r.Reason, r.Message, Html.Shorten(r.Row, 240)]
                        ),
                        texts: 4
                    );
        page.Add(
            "Rejects",
            $"{Text.Count(manifest.RejectedRows)} of {Text.Count(manifest.RowsIn)} rows, {Text.Percent((double)manifest.RejectedRows / Math.Max(1, manifest.RowsIn))}. All of them are in rejects/.",
            bars + table
        );
    }

    static void AddLineage(HtmlPage page, JobOutput output, IReadOnlyList<HostReport> reports)
    {
        var m = output.Manifest;
        var pairs = new List<(string, string)>
        {
            ("model", output.Spec.Model),
            ("model fingerprint", m.ModelFingerprint),
            ("data", output.Spec.Input.Data),
            ("data fingerprint", m.DataFingerprint),
            ("spec fingerprint", m.SpecFingerprint),
            ("units", Text.Count(m.Units)),
        };
        pairs.AddRange(
            reports.Select(r =>
                (
                    $"host {r.Host}",
                    $"{r.Status}, {r.DeviceReason}, {Text.Plural(r.UnitsDone, "unit")}, {Text.Bytes(r.PeakMemoryBytes)} at most{Mended(r)}"
                )
            )
        );
        var spec = m.Spec.ToJsonString(
            new JsonSerializerOptions
            {
                WriteIndented = true,
                Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            }
        );
        page.Add(
            "Lineage",
            "What this output was made of.",
            Html.Pairs(pairs) + $"<details><summary>Spec</summary><pre>{Html.Encode(spec)}</pre></details>"
        );
    }

    static string Mended(HostReport r)
    {
        (long Count, string What)[] faults =
        [
            (r.RetriedRows, "rows run again alone"),
            (r.Halvings, "batches halved for lack of memory"),
            (r.Recreations, "sessions made anew"),
        ];
        return string.Concat(faults.Where(f => f.Count > 0).Select(f => $", {Text.Count(f.Count)} {f.What}"));
    }

    static string Value(object? value) =>
        value is DateTime time
            ? time.ToString("u", CultureInfo.InvariantCulture)
            : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
}
