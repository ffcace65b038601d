using ProcessingJob.Contract.Output;

namespace ProcessingJob.Launcher.Progress;

/// <summary>
/// Adds up what hosts report. Rates are those of the last half minute; the time left follows all that was seen, so that it does not jump. A
/// host's first report is where its rates begin: what it did before, loading included, says nothing of its pace. Thread-safe.
/// </summary>
public sealed class ProgressMeter(TimeProvider time)
{
    static readonly TimeSpan Window = TimeSpan.FromSeconds(30);
    readonly Lock _lock = new();
    readonly Dictionary<string, HostPace> _hosts = [];

    public void Add(HostProgressed progress)
    {
        ArgumentNullException.ThrowIfNull(progress);
        lock (_lock)
        {
            if (!_hosts.TryGetValue(progress.Host, out var host))
            {
                host = _hosts[progress.Host] = new();
            }

            host.Add(time.GetElapsedTime(0), progress.Progress);
        }
    }

    /// <summary>Totals now. Null while no host has reported.</summary>
    /// <param name="totalBytes">Bytes of the whole job, known before every host has reported; 0: what the hosts say.</param>
    public ProgressTotals? Take(long totalBytes)
    {
        lock (_lock)
        {
            if (_hosts.Count == 0)
            {
                return null;
            }

            var last = _hosts.Values.Select(h => h.Last).ToList();
            var bytes = last.Sum(p => p.Bytes);
            totalBytes = totalBytes == 0 ? last.Sum(p => p.TotalBytes) : totalBytes;
            var pace = _hosts.Values.Sum(h => h.SinceFirst(p => p.Bytes));
            return new(
                last.Sum(p => p.Rows),
                last.Sum(p => p.Tokens),
                bytes,
                totalBytes,
                last.Sum(p => p.Rejects),
                _hosts.Values.Sum(h => h.Lately(p => p.Rows)),
                _hosts.Values.Sum(h => h.Lately(p => p.Tokens)),
                pace > 0 && totalBytes >= bytes ? TimeSpan.FromSeconds(Math.Min((totalBytes - bytes) / pace, MostSeconds)) : null
            );
        }
    }

    /// <summary>Longer than any job may run.</summary>
    const double MostSeconds = 1e9;

    sealed class HostPace
    {
        readonly Queue<(TimeSpan At, WorkerProgress Progress)> _window = [];
        (TimeSpan At, WorkerProgress Progress)? _first;
        TimeSpan _at;

        public WorkerProgress Last { get; private set; } = new(0, 0, 0, 0, 0);

        public void Add(TimeSpan at, WorkerProgress progress)
        {
            _first ??= (at, progress);
            (_at, Last) = (at, progress);
            _window.Enqueue((at, progress));
            while (_window.Count > 2 && at - _window.Peek().At > Window)
            {
                _window.Dequeue();
            }
        }

        public double Lately(Func<WorkerProgress, long> of) => Rate(_window.Peek(), of);

        public double SinceFirst(Func<WorkerProgress, long> of) => Rate(_first!.Value, of);

        double Rate((TimeSpan At, WorkerProgress Progress) from, Func<WorkerProgress, long> of) =>
            _at > from.At ? (of(Last) - of(from.Progress)) / (_at - from.At).TotalSeconds : 0;
    }
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
