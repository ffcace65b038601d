using System.Text.RegularExpressions;
using ProcessingJob.Testing;
using ProcessingJob.Worker.Observability;

namespace ProcessingJob.Worker.Tests;

public sealed class ObservabilityPageTests
{
    [Fact]
    public void Page_TableOfMetrics_IsThatOfTheCode()
    {
        var page = File.ReadAllText(Repo.File("docs", "observability.md"));
        var rows = Regex.Matches(page, @"^\| `processingjob\..*", RegexOptions.Multiline).Select(m => m.Value);
        Assert.Equal(RunMetric.All.Select(Row), rows.Take(RunMetric.All.Count));
        Assert.Equal(RunMetric.All.Count, Regex.Count(page, @"^\| `processingjob\.", RegexOptions.Multiline));
    }

    [Fact]
    public void Names_AreUnique()
    {
        Assert.Distinct(RunMetric.All.Select(m => m.Name));
        Assert.Distinct(RunMetric.All.Select(m => m.CloudWatchName));
    }

    static string Row(RunMetric metric) =>
        $"| `{metric.Name}` | `{metric.CloudWatchName}` ({metric.CloudWatchUnit}) | {metric.Kind.ToString().ToLowerInvariant()} | "
        + $"{metric.Unit} | {metric.Meaning} |";
}
