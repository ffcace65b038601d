using ProcessingJob.Cli.Display;
using ProcessingJob.Cli.Pages;
using ProcessingJob.Contract.Output;

namespace ProcessingJob.Cli.Report;

/// <summary>Rejected rows by reason, and a few of each.</summary>
static class RejectSection
{
    /// <param name="page">Gets the section.</param>
    /// <param name="rejects">Rows by reason.</param>
    /// <param name="rowsIn">All rows.</param>
    /// <param name="samples">A few of each reason.</param>
    public static void Add(HtmlPage page, IReadOnlyDictionary<string, long> rejects, long rowsIn, IReadOnlyList<Reject> samples)
    {
        var count = rejects.Values.Sum();
        if (count == 0)
        {
            page.Add("Rejects", "", "<p>None: every row reached the output.</p>");
            return;
        }
        var most = rejects.Values.Max();
        var bars = new StackedBars(
            [.. rejects.OrderByDescending(r => r.Value).Select(r => (r.Key, Text.Count(r.Value), new[] { (double)r.Value / most }))],
            [(4, "rows")]
        ).Build();
        var table =
            samples.Count == 0
                ? ""
                : "<h3>Samples</h3>"
                    + Html.Table(
                        ["where", "reason", "what", "row"],
                        samples.Select(r =>
                            (IReadOnlyList<string>)[$"{r.SourceFile}:{r.SourceRow}", r.Reason, r.Message, Html.Shorten(r.Row, 240)]
                        ),
                        texts: 4
                    );
        page.Add(
            "Rejects",
            $"{Text.Count(count)} of {Text.Count(rowsIn)} rows ({Text.Percent((double)count / Math.Max(1, rowsIn))}), all of them in "
                + $"{OutputLayout.RejectFolder}; 'pjob rejects' prints them.",
            bars + table
        );
    }
}
