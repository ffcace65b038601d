using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Worker.Observability;
using ProcessingJob.Worker.Stages;

namespace ProcessingJob.Worker.Tests;

public sealed class EmbeddedMetricsTests : IDisposable
{
    // Those of https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html that we use.
    static readonly string[] Units = ["Count", "Bytes", "Seconds"];

    readonly FakeTimeProvider _time = new(new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    readonly RunTotals _totals = new(128);
    readonly StringWriter _output = new();
    EngineStats _stats = new();
    long _repeats;

    public void Dispose() => _output.Dispose();

    [Fact]
    public void Line_EveryMinuteAndAtTheEnd_HasWhatWasAdded()
    {
        using (Start())
        {
            _totals.AddRows(10, 9);
            (_stats, _repeats) = (
                new()
                {
                    QueuedBatches = 4,
                    RealTokens = 60,
                    PaddedTokens = 100,
                },
                2
            );
            _time.Advance(TimeSpan.FromSeconds(59));
            Assert.Empty(Lines());
            _time.Advance(TimeSpan.FromSeconds(1));
            _totals.AddRows(5, 5);
            _stats = _stats with { RealTokens = 70, PaddedTokens = 115, QueuedBatches = 1 };
            _time.Advance(TimeSpan.FromSeconds(60));
            _totals.AddRows(1, 1);
        }

        var lines = Lines();
        Assert.Equal([10, 5, 1], Values(lines, "RowsIn"));
        Assert.Equal([9, 5, 1], Values(lines, "RowsOut"));
        Assert.Equal([60, 10, 0], Values(lines, "DeviceTokens"));
        Assert.Equal([40, 5, 0], Values(lines, "DevicePadding"));
        Assert.Equal([2, 0, 0], Values(lines, "RetriesRequests"));
        Assert.Equal([4, 1, 1], Values(lines, "QueueBatches"));
        var last = _output.ToString().Length;
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(last, _output.ToString().Length);
    }

    [Fact]
    public void Line_KeepsTheSpecification()
    {
        Start().Dispose();

        var line = Assert.Single(Lines());
        var aws = line.GetProperty("_aws");
        Assert.Equal(["Timestamp", "CloudWatchMetrics"], aws.EnumerateObject().Select(m => m.Name));
        Assert.Equal(_time.GetUtcNow().ToUnixTimeMilliseconds(), aws.GetProperty("Timestamp").GetInt64());
        var directive = Assert.Single(aws.GetProperty("CloudWatchMetrics").EnumerateArray());
        Assert.Equal(["Namespace", "Dimensions", "Metrics"], directive.EnumerateObject().Select(m => m.Name));
        Assert.Equal("ProcessingJob", directive.GetProperty("Namespace").GetString());
        var dimensions = Assert.Single(directive.GetProperty("Dimensions").EnumerateArray());
        Assert.Equal(["Job"], dimensions.EnumerateArray().Select(d => d.GetString()));
        Assert.Equal("reviews", line.GetProperty("Job").GetString());
        var metrics = directive.GetProperty("Metrics").EnumerateArray().ToList();
        Assert.InRange(metrics.Count, RunMetric.All.Count, 100);
        Assert.All(
            metrics,
            metric =>
            {
                Assert.Equal(["Name", "Unit"], metric.EnumerateObject().Select(m => m.Name));
                Assert.Contains(metric.GetProperty("Unit").GetString(), Units);
                Assert.Equal(JsonValueKind.Number, line.GetProperty(metric.GetProperty("Name").GetString()!).ValueKind);
            }
        );
        Assert.Equal(metrics.Count, metrics.Select(m => m.GetProperty("Name").GetString()).Distinct().Count());
        // A duplicate of a member would take the place of the first.
        Assert.Equal(line.EnumerateObject().Count(), line.EnumerateObject().Select(m => m.Name).Distinct().Count());
    }

    [Theory]
    [InlineData("reviews 2", "reviews 2")]
    [InlineData("Prüfung", "Pr-fung")]
    [InlineData(" ", "-")]
    public void Line_NameThatIsNoDimension_BecomesOne(string name, string expected)
    {
        Start(name).Dispose();
        Assert.Equal(expected, Assert.Single(Lines()).GetProperty("Job").GetString());
    }

    [Fact]
    public void Line_ReadByTheLauncher_HasNoWords()
    {
        Start().Dispose();
        var said = WorkerEvent.Parse(_output.ToString().TrimEnd());
        Assert.Equal(("", "Information", null), (said.Text, said.Level, said.Progress));
        Assert.Equal(_time.GetUtcNow(), said.Time);
    }

    [Fact]
    public void Wanted_Variable_IsOffOrRefused()
    {
        Assert.True(EmbeddedMetrics.Wanted(null));
        Assert.True(EmbeddedMetrics.Wanted(""));
        Assert.False(EmbeddedMetrics.Wanted("off"));
        var e = Assert.Throws<PJobException>(() => EmbeddedMetrics.Wanted("false"));
        Assert.Equal(ExitCode.BadSpec, e.ExitCode);
        Assert.Equal("PROCESSINGJOB_EMF: found 'false', expected 'off' or nothing", e.Message);
    }

    EmbeddedMetrics Start(string name = "reviews")
    {
        var pipeline = new Pipeline(new(null!, null!, null, null!, null!, null!, _totals, 1, 1));
        return new(new(_totals, pipeline, () => _stats, () => _repeats), new(name, "reviews-1", "embed", "algo-1"), _output, _time);
    }

    List<JsonElement> Lines() =>
        [.. _output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement)];

    static IEnumerable<double> Values(List<JsonElement> lines, string name) => lines.Select(l => l.GetProperty(name).GetDouble());
}
