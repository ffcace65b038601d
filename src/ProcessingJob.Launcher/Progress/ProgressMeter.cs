using ProcessingJob.Contract.Output;

namespace ProcessingJob.Launcher.Progress;

/// <summary>Adds up what hosts report. Thread-safe.</summary>
public sealed class ProgressMeter(TimeProvider time)
{
    readonly Lock _lock = new();
    readonly Dictionary<string, WorkerProgress> _hosts = [];
    long? _start;
    (long At, long Rows, long Tokens) _last;

    public void Add(HostProgressed progress)
    {
        lock (_lock)
        {
            _start ??= time.GetTimestamp();
            _hosts[progress.Host] = progress.Progress;
        }
    }

    /// <summary>Totals now; the rates are those since the last call. Null while no host has reported.</summary>
    /// <param name="totalBytes">Bytes of the whole job, known before every host has reported; 0: what the hosts say.</param>
    public ProgressTotals? Take(long totalBytes)
    {
        lock (_lock)
        {
            if (_start is not { } start)
            {
                return null;
            }

            if (totalBytes == 0)
            {
                totalBytes = _hosts.Values.Sum(h => h.TotalBytes);
            }

            var now = time.GetTimestamp();
            var (rows, tokens, bytes) = (_hosts.Values.Sum(h => h.Rows), _hosts.Values.Sum(h => h.Tokens), _hosts.Values.Sum(h => h.Bytes));
            var seconds = Math.Max(time.GetElapsedTime(_last.At == 0 ? start : _last.At, now).TotalSeconds, 1e-3);
            var totals = new ProgressTotals(
                rows,
                tokens,
                bytes,
                totalBytes,
                _hosts.Values.Sum(h => h.Rejects),
                (rows - _last.Rows) / seconds,
                (tokens - _last.Tokens) / seconds,
                Left(time.GetElapsedTime(start, now), bytes, totalBytes)
            );
            _last = (now, rows, tokens);
            return totals;
        }
    }

    static TimeSpan? Left(TimeSpan elapsed, long bytes, long totalBytes) =>
        bytes > 0 && totalBytes >= bytes ? elapsed * ((double)(totalBytes - bytes) / bytes) : null;
}

/// <param name="Left">At the pace so far; null when it cannot be told yet.</param>
public sealed record ProgressTotals(
    long Rows,
    long Tokens,
    long Bytes,
    long TotalBytes,
    long Rejects,
    double RowsPerSecond,
    double TokensPerSecond,
    TimeSpan? Left
)
{
    /// <summary>0 to 1.</summary>
    public double Share => TotalBytes == 0 ? 1 : Math.Min(1, (double)Bytes / TotalBytes);
}
