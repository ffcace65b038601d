using ProcessingJob.Cli.Pages;
using ProcessingJob.Cli.Report;
using ProcessingJob.Contract.Output;
using ProcessingJob.Testing;

namespace ProcessingJob.Cli.Tests;

public sealed class ReportTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Report_FinishedJob_IsOneSafePageWithAllItsParts()
    {
        await SampleOutput.WriteAsync(_folder["out"]);
        var run = await PjobRun.RunAsync("report", _folder["out"], "--out", _folder["r.html"]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        var html = File.ReadAllText(_folder["r.html"]);
        PageChecks.AssertSelfContained(html);
        foreach (var heading in new[] { "Summary", "Length of texts", "Embeddings", "Throughput", "Time by stage", "Rejects", "Lineage" })
        {
            Assert.Contains($"<h2>{heading}</h2>", html);
        }

        Assert.Contains("sample &lt;b&gt;job&lt;/b&gt;-1", html);
        Assert.Contains("found 3 fields &lt;i&gt;, expected 4", html);
        Assert.Contains("colored by rating", html);
        Assert.Contains("<dt>Equal texts</dt>", html);
        Assert.Contains("2 batches halved for lack of memory", html);
        Assert.Equal(1, System.Text.RegularExpressions.Regex.Count(html, "pooling_guessed"));
        Assert.Contains("no &lt;file&gt; says how to pool", html);
        Assert.Contains("text 10", html);
        Assert.DoesNotContain("<img", html);
        Assert.DoesNotContain("\u0001", html);
        Assert.Equal(SampleOutput.Rows, System.Text.RegularExpressions.Regex.Count(html, "<circle"));
    }

    [Fact]
    public async Task Report_FinishedJob_OpensInABrowserWithoutErrors()
    {
        if (!Browser.TryFind(out var reason))
        {
            Assert.Skip(reason);
        }

        await SampleOutput.WriteAsync(_folder["out"]);
        await PjobRun.RunAsync("report", _folder["out"]);
        var document = await PageChecks.OpenAsync(_folder["out", "_report.html"]);
        Assert.Contains("<h2>Lineage</h2>", document);
    }

    /// <summary>For eyes: the pictures stay in out/screenshots. The test itself can only tell that something was painted.</summary>
    [Theory]
    [InlineData(false, PageChecks.DesktopWidth)]
    [InlineData(true, PageChecks.DesktopWidth)]
    [InlineData(false, PageChecks.PhoneWidth)]
    [InlineData(true, PageChecks.PhoneWidth)]
    public async Task Report_FinishedJob_IsPaintedInLightAndDark(bool dark, int width)
    {
        if (!Browser.TryFind(out var reason))
        {
            Assert.Skip(reason);
        }

        await SampleOutput.WriteAsync(_folder["out"]);
        await PjobRun.RunAsync("report", _folder["out"]);
        var picture = Path.Combine(
            Directory.CreateDirectory(Repo.File("out", "screenshots")).FullName,
            $"report-{(dark ? "dark" : "light")}-{width}.png"
        );
        await Browser.ScreenshotAsync(_folder["out", "_report.html"], picture, dark, width, 2400, TestContext.Current.CancellationToken);
        // An empty page of this size has about 4 KB.
        Assert.InRange(new FileInfo(picture).Length, 30_000, 2_000_000);
    }

    [Fact]
    public async Task OpenAsync_PageWithAScriptError_IsReported()
    {
        if (!Browser.TryFind(out var reason))
        {
            Assert.Skip(reason);
        }

        var file = _folder.Write("bad.html", "<!DOCTYPE html><html><script>nothing.here()</script></html>");
        Assert.NotEmpty((await Browser.OpenAsync(file, PageChecks.DesktopWidth, TestContext.Current.CancellationToken)).Console);
    }

    [Fact]
    public async Task Report_CodesWithoutTheirRanges_LeavesThePictureOutAndSaysSo()
    {
        var ranges = SampleOutput.WriteRanges(_folder);
        await SampleOutput.WriteAsync(_folder["out"], precision: Contract.Spec.EmbeddingPrecision.Int8, rangesFile: ranges);
        File.Delete(ranges);
        var run = await PjobRun.RunAsync("report", _folder["out"]);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("--ranges", run.Error);
        Assert.DoesNotContain("<h2>Embeddings</h2>", File.ReadAllText(_folder["out", "_report.html"]));
    }

    [Theory]
    [InlineData("nothing", "no such folder")]
    [InlineData("", "has no _manifest.json")]
    public async Task Report_NoFinishedJob_SaysWhatIsMissing(string name, string expected)
    {
        var run = await PjobRun.RunAsync("report", _folder[name]);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(expected, run.Error);
    }

    [Fact]
    public async Task Report_ManyHosts_ShowsTheirStagesTogether()
    {
        await SampleOutput.WriteAsync(_folder["out"]);
        for (var host = 3; host <= 9; host++)
        {
            File.Copy(_folder["out", "_reports", "algo-1.json"], _folder["out", "_reports", $"algo-{host}.json"]);
        }

        await PjobRun.RunAsync("report", _folder["out"]);
        var html = File.ReadAllText(_folder["out", "_report.html"]);
        Assert.Contains("All hosts together.", html);
        Assert.Contains("24 % busy, 18 workers", html);
        Assert.DoesNotContain("algo-1 tokenize", html);
    }

    [Fact]
    public void AddThroughput_MomentAtTheEnd_DoesNotFallToZero()
    {
        var page = new HtmlPage("title", "kicker");
        var report = new HostReport
        {
            Host = "algo-1",
            Throughput = [new(0, 0, 0), new(5, 1, 5000), new(10, 2, 10_000), new(10.1, 2, 10_000)],
        };

        HostSections.AddThroughput(page, [report]);

        // Three points: the start, 5 s at 1,000 tokens/s, and the end at 5,000 tokens in 5.1 s.
        Assert.Matches("points=\"0,0 49[.]505,0 100,1[.]961\"", page.Build(""));
    }

    [Fact]
    public async Task Report_UnknownColor_NamesTheColumns()
    {
        await SampleOutput.WriteAsync(_folder["out"]);
        var run = await PjobRun.RunAsync("report", _folder["out"], "--color", "stars");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("rating", run.Error);
    }
}
