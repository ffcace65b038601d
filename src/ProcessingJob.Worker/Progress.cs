using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Worker.Stages;
using Serilog;

namespace ProcessingJob.Worker;

/// <summary>
/// Logs rows/s, tokens/s and the time left every few seconds, and keeps the curve for the report. Rows are those that are done; tokens and
/// the share follow the device, because a window of a large model takes minutes.
/// </summary>
sealed class Progress : IDisposable
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    const int MaxPoints = 720;

    readonly RunTotals _totals;
    readonly Func<EngineStats>? _engine;
    readonly long _totalBytes;
    readonly ILogger _log;
    readonly TimeProvider _time;
    readonly long _start;
    readonly ITimer _timer;
    readonly List<ThroughputPoint> _points = [new(0, 0, 0)];
    int _every = 1,
        _ticks;
    long _bytes;

    /// <param name="totals">What is done.</param>
    /// <param name="engine">What the device has done; null without one.</param>
    /// <param name="totalBytes">Input bytes of this host.</param>
    public Progress(RunTotals totals, Func<EngineStats>? engine, long totalBytes, ILogger log, TimeProvider time)
    {
        (_totals, _engine, _totalBytes, _log, _time) = (totals, engine, totalBytes, log, time);
        _start = time.GetTimestamp();
        _timer = time.CreateTimer(_ => Tick(), null, Interval, Interval);
    }

    public IReadOnlyList<ThroughputPoint> Points
    {
        get
        {
            lock (_points)
            {
                return [.. _points, Now()];
            }
        }
    }

    public void Dispose() => _timer.Dispose();

    ThroughputPoint Now() =>
        new(
            Math.Round(_time.GetElapsedTime(_start).TotalSeconds, 2),
            _totals.RowsOut,
            Math.Max(_totals.Tokens, _engine?.Invoke().RealTokens ?? 0)
        );

    // Of the bytes that are tokenized, as many are done as of their tokens; never less than before.
    long Bytes()
    {
        var onDevice = _engine?.Invoke() is { Tokens: > 0 } stats
            ? _totals.BytesTokenized * Math.Min(1.0, (double)stats.RealTokens / stats.Tokens)
            : 0;
        return _bytes = Math.Max(_bytes, Math.Max(_totals.Bytes, (long)onDevice));
    }

    void Tick()
    {
        lock (_points)
        {
            var now = Now();
            var last = _points[^1];
            if (++_ticks % _every == 0)
            {
                _points.Add(now);
            }
            // A run of days keeps a curve of bounded size: every second point goes, and the distance doubles.
            if (_points.Count > MaxPoints)
            {
                var kept = _points.Where((_, i) => i % 2 == 0).ToList();
                _points.Clear();
                _points.AddRange(kept);
                _every *= 2;
            }
            var seconds = Math.Max(now.Seconds - last.Seconds, 1e-9);
            var bytes = Bytes();
            var share = _totalBytes == 0 ? 0 : (double)bytes / _totalBytes;
            var left = share > 0.001 ? Durations.Format(TimeSpan.FromSeconds(now.Seconds / share - now.Seconds)) : "unknown";
            _log.ForContext("Event", "progress")
                .ForContext("Tokens", now.Tokens)
                .ForContext("Bytes", bytes)
                .ForContext("TotalBytes", _totalBytes)
                .ForContext("Rejects", _totals.Rejected)
                .Information(
                    "{Rows} rows ({Percent:0.0}%), {RowsPerSecond:0} rows/s, {TokensPerSecond:0} tokens/s, {Left:l} left",
                    now.Rows,
                    share * 100,
                    (now.Rows - last.Rows) / seconds,
                    (now.Tokens - last.Tokens) / seconds,
                    left
                );
        }
    }
}
