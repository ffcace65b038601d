using Microsoft.Extensions.Time.Testing;
using ProcessingJob.Cli.Display;
using ProcessingJob.Launcher.Progress;

namespace ProcessingJob.Cli.Tests;

public class TerminalProgressTests
{
    [Theory]
    [InlineData(40)]
    [InlineData(80)]
    [InlineData(200)]
    public void Report_WhileItRuns_ShowsWhatFitsInOneLine(int width)
    {
        var screen = Screen(width);
        Assert.All(screen, line => Assert.InRange(line.Length, 0, width - 1));
        var total = Assert.Single(screen, line => line.Contains("50 %", StringComparison.Ordinal));
        Assert.Contains("█", total, StringComparison.Ordinal);
        Assert.Contains("10s left", total, StringComparison.Ordinal);
        Assert.Equal(width >= 80, total.Contains("1,000 rows", StringComparison.Ordinal));
        Assert.Equal(width >= 80, total.Contains("100 tokens/s", StringComparison.Ordinal));
    }

    [Fact]
    public void Dispose_LeavesWhatWasSaidAlone()
    {
        var (output, time) = (new StringWriter(), new FakeTimeProvider());
        using (var progress = new TerminalProgress(output, time, () => 80))
        {
            progress.Report(new HostLogged("algo-1", new(null, "Information", "Model bert on cpu", null)));
            progress.Report(new HostProgressed("algo-1", new(10, 100, 1, 2, 0)));
            progress.Report(new HostProgressed("algo-2", new(10, 100, 1, 2, 0)));
        }

        Assert.Equal(["algo-1  Model bert on cpu"], Lines(output.ToString()));
    }

    [Fact]
    public void Report_TextWithControlCharacters_ShowsThem()
    {
        var output = new StringWriter();
        using var progress = new TerminalProgress(output, new FakeTimeProvider(), () => 80);
        progress.Report(new JobNote("column \e[31mtext\a", IsWarning: true));
        Assert.Equal(["warning: column \\x1b[31mtext\\x07"], Lines(output.ToString()));
    }

    static List<string> Screen(int width)
    {
        var (output, time) = (new StringWriter(), new FakeTimeProvider());
        using var progress = new TerminalProgress(output, time, () => width);
        progress.Report(new HostProgressed("algo-1", new(0, 0, 0, 2000, 0)));
        time.Advance(TimeSpan.FromSeconds(10));
        progress.Report(new HostProgressed("algo-1", new(1000, 1000, 1000, 2000, 0)));
        return Lines(output.ToString());
    }

    /// <summary>What stands on the screen: the status lines are drawn over those before.</summary>
    static List<string> Lines(string text)
    {
        var lines = new List<string>();
        foreach (var line in text.Split('\n')[..^1].Append(text[(text.LastIndexOf('\n') + 1)..]))
        {
            var rest = line;
            while (System.Text.RegularExpressions.Regex.Match(rest, "^\e\\[(\\d+)A\r\e\\[J") is { Success: true } up)
            {
                lines.RemoveRange(lines.Count - int.Parse(up.Groups[1].Value, null), int.Parse(up.Groups[1].Value, null));
                rest = rest[up.Length..];
            }

            lines.Add(rest);
        }

        return lines[^1].Length == 0 ? lines[..^1] : lines;
    }
}
