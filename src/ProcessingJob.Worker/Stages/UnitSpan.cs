using System.Diagnostics;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Data.Writing;

namespace ProcessingJob.Worker.Stages;

/// <summary>
/// A unit in a trace, from reading to commit, with a span for each stage. A stage's span goes from its first block to its last; how long
/// it worked in between is an attribute, for blocks are too many to be spans of their own.
/// </summary>
sealed class UnitSpan : IDisposable
{
    /// <summary>Of all spans of the worker.</summary>
    public static readonly ActivitySource Source = new("ProcessingJob");

    readonly Activity? _unit;
    readonly Dictionary<string, StageSpan> _stages = [];

    UnitSpan(Activity? unit) => _unit = unit;

    /// <summary>Begins a unit's span, below the span that is current here.</summary>
    public static UnitSpan Start(WorkUnit unit)
    {
        var span = Source.StartActivity("unit");
        span?.SetTag("processingjob.unit.id", unit.Id)
            .SetTag("processingjob.unit.source", unit.Source)
            .SetTag("processingjob.unit.bytes", unit.Bytes);
        return new(span);
    }

    public void Busy(StageClock clock, StageMark since) => Add(clock.Name, since);

    public void WaitedForDevice(StageMark since) => Add("wait", since);

    /// <summary>Says what came of the unit; without it the unit was left half done.</summary>
    public void End(UnitCounts counts, PJobException? failure)
    {
        _unit
            ?.SetTag("processingjob.rows.in", counts.RowsIn)
            .SetTag("processingjob.tokens", counts.Tokens)
            .SetStatus(failure is null ? ActivityStatusCode.Ok : ActivityStatusCode.Error, failure?.Message);
    }

    public void Dispose()
    {
        if (_unit is { Status: ActivityStatusCode.Unset })
        {
            _unit.SetStatus(ActivityStatusCode.Error, "not committed");
        }

        foreach (var (name, stage) in _stages)
        {
            using var span = Source.StartActivity(name, ActivityKind.Internal, _unit!.Context, startTime: stage.From);
            span?.SetTag("processingjob.busy_seconds", stage.Busy.TotalSeconds).SetEndTime(stage.To.UtcDateTime);
        }

        _unit?.Dispose();
    }

    void Add(string name, StageMark since)
    {
        if (_unit is null)
        {
            return;
        }

        var (now, busy) = (DateTimeOffset.UtcNow, Stopwatch.GetElapsedTime(since.Ticks));
        _stages[name] = _stages.TryGetValue(name, out var known)
            ? known with
            {
                To = now,
                Busy = known.Busy + busy,
            }
            : new(now - busy, now, busy);
    }

    readonly record struct StageSpan(DateTimeOffset From, DateTimeOffset To, TimeSpan Busy);
}
