using Microsoft.Extensions.Time.Testing;
using ProcessingJob.Launcher.Progress;

namespace ProcessingJob.Launcher.Tests;

public class ProgressMeterTests
{
    readonly FakeTimeProvider _time = new();

    [Fact]
    public void Take_BeforeAnyReport_KnowsNothing() => Assert.Null(new ProgressMeter(_time).Take(10));

    [Fact]
    public void Take_AfterOneReport_HasNoPaceYet()
    {
        var meter = new ProgressMeter(_time);
        meter.Add(new("a", new(5, 50, 10, 100, 0)));
        Assert.Equal(new ProgressTotals(5, 50, 10, 100, 0, 0, 0, null), meter.Take(0));
    }

    [Fact]
    public void Take_SteadyPace_GivesATimeLeftThatOnlyFalls()
    {
        var meter = new ProgressMeter(_time);
        var left = new List<double>();
        for (var i = 0; i <= 10; i++)
        {
            // The first report comes late, as when a model is loaded: it says nothing of the pace.
            meter.Add(new("a", new(i * 5, i * 50, i * 10, 100, 0)));
            if (meter.Take(0)!.Left is { } time)
            {
                left.Add(time.TotalSeconds);
            }

            _time.Advance(TimeSpan.FromSeconds(5));
        }

        Assert.Equal([45, 40, 35, 30, 25, 20, 15, 10, 5, 0], left);
    }

    [Fact]
    public void Take_TwoHosts_AddsTheirRates()
    {
        var meter = new ProgressMeter(_time);
        meter.Add(new("a", new(0, 0, 0, 100, 0)));
        _time.Advance(TimeSpan.FromSeconds(5));
        meter.Add(new("a", new(10, 100, 10, 100, 0)));
        meter.Add(new("b", new(50, 500, 50, 100, 1)));
        _time.Advance(TimeSpan.FromSeconds(5));
        meter.Add(new("b", new(60, 600, 60, 100, 1)));
        var now = meter.Take(200)!;
        Assert.Equal((70, 700, 70, 1), (now.Rows, now.Tokens, now.Bytes, now.Rejects));
        Assert.Equal((4, 40), (now.RowsPerSecond, now.TokensPerSecond));
        Assert.Equal(TimeSpan.FromSeconds(130 / 4.0), now.Left);
    }
}
