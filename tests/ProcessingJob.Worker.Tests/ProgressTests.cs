using Microsoft.Extensions.Time.Testing;
using ProcessingJob.Contract.Output;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Worker.Stages;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace ProcessingJob.Worker.Tests;

public sealed class ProgressTests : ILogEventSink
{
    readonly List<LogEvent> _events = [];
    readonly FakeTimeProvider _time = new();
    readonly RunTotals _totals = new(128);

    void ILogEventSink.Emit(LogEvent logEvent) => _events.Add(logEvent);

    [Fact]
    public void Tick_HalfOfTheBytesDone_SaysRatesAndTimeLeft()
    {
        using var log = new LoggerConfiguration().WriteTo.Sink(this).CreateLogger();
        using var progress = new Progress(_totals, null, 1_000, log, _time);
        _totals.AddRows(50, 50);
        _totals.AddBytes(500);
        _time.Advance(TimeSpan.FromSeconds(5));

        var line = Assert.Single(_events).RenderMessage();
        Assert.Equal("50 rows (50.0%), 10 rows/s, 0 tokens/s, 5s left", line);
    }

    [Fact]
    public void Tick_InsideAWindow_FollowsTheDevice()
    {
        using var log = new LoggerConfiguration().WriteTo.Sink(this).CreateLogger();
        var stats = new EngineStats { Tokens = 2_000, RealTokens = 500 };
        using var progress = new Progress(_totals, () => stats, 1_000, log, _time);
        _totals.AddTokenized(800);
        _time.Advance(TimeSpan.FromSeconds(5));
        // The next window's tokens are there, its bytes not yet.
        stats = stats with
        {
            Tokens = 4_000,
            RealTokens = 600,
        };
        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(
            ["0 rows (20.0%), 0 rows/s, 100 tokens/s, 20s left", "0 rows (20.0%), 0 rows/s, 20 tokens/s, 40s left"],
            _events.Select(e => e.RenderMessage())
        );
    }

    [Fact]
    public void Points_RunOfDays_StayBounded()
    {
        using var progress = new Progress(_totals, null, 0, Logger.None, _time);
        for (var i = 0; i < 5_000; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(5));
        }

        Assert.InRange(progress.Points.Count, 300, 722);
        Assert.Equal(25_000, progress.Points[^1].Seconds);
    }

    [Fact]
    public void Totals_RejectsAndLengths_AreCounted()
    {
        for (var i = 0; i < 30; i++)
        {
            _totals.AddReject(new Reject("f", i, 0, i < 10 ? RejectReason.TooLong : RejectReason.MissingText, "m", "r"));
        }

        var block = _totals.CreateCounts();
        block.Add(17, truncated: true);
        _totals.Add(block);

        Assert.Equal(20, _totals.Rejects().Samples.Count);
        Assert.Equal((10L, 20L), (_totals.Rejects().ByReason[RejectReason.TooLong], _totals.Rejects().ByReason[RejectReason.MissingText]));
        Assert.Equal((17L, 1L, 1L), (_totals.Tokens, _totals.Truncated, _totals.Lengths[2]));
    }
}
