using ProcessingJob.Launcher.Progress;

namespace ProcessingJob.Cli.Display;

/// <summary>For people: a bar for the job and, of several hosts, a line each, redrawn in place; what hosts say stands above them.</summary>
sealed class TerminalProgress : IProgress<JobEvent>, IDisposable
{
    /// <summary>More lines than this nobody follows.</summary>
    const int MostHosts = 8;
    const int WideEnoughForRates = 64;
    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    readonly StatusLines _lines;
    readonly ProgressMeter _meter;
    readonly ITimer _timer;
    readonly Lock _lock = new();
    readonly SortedDictionary<string, string> _hosts = new(HostOrder);
    string? _firstHost;
    long _totalBytes;
    int _ended;

    public TerminalProgress(TextWriter output, TimeProvider time, Func<int> width)
    {
        _lines = new(output, width);
        _meter = new(time);
        _timer = time.CreateTimer(_ => Tick(), null, Interval, Interval);
    }

    public void Report(JobEvent value)
    {
        lock (_lock)
        {
            switch (value)
            {
                case JobPlanned planned:
                    _totalBytes = planned.Plan.BytesLeft;
                    foreach (var host in planned.Plan.Hosts.Where(_ => planned.Plan.UnitsLeft > 0))
                    {
                        _hosts[host.Host] = "starting";
                    }

                    break;
                case HostProgressed progress:
                    _meter.Add(progress);
                    _hosts[progress.Host] = $"{Text.Count(progress.Progress.Rows)} rows  {Text.Count(progress.Progress.Tokens)} tokens";
                    break;
                case HostStarted started:
                    _hosts[started.Host] = "loading the model";
                    break;
                case HostEnded ended:
                    _ended++;
                    _hosts[ended.Host] = ended.ExitCode == 0 ? "done" : $"exit code {ended.ExitCode}";
                    break;
                case HostLogged { Event.Level: "Information" or "Debug" or "Verbose" } log:
                    // Device, precision and lanes are the same on all hosts.
                    _firstHost ??= log.Host;
                    if (log.Host != _firstHost)
                    {
                        return;
                    }

                    break;
                default:
                    break;
            }

            if (EventText.Of(value) is { } line)
            {
                _lines.Print(line);
            }

            Show();
        }
    }

    /// <summary>Leaves what was printed for good.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        lock (_lock)
        {
            _lines.Show([]);
        }
    }

    void Tick()
    {
        lock (_lock)
        {
            Show();
        }
    }

    void Show()
    {
        if (_hosts.Count == 0)
        {
            return;
        }

        var lines = new List<string>();
        if (_meter.Take(_totalBytes) is { } now)
        {
            lines.Add(Total(now, _lines.Width));
        }

        var few = _hosts.Count <= MostHosts;
        lines.AddRange(
            _hosts.Count == 1 && lines.Count > 0 ? []
            : few ? _hosts.Select(h => $"  {h.Key}  {h.Value}")
            : [$"  {Text.Count(_hosts.Count)} hosts, {Text.Count(_ended)} ended"]
        );
        _lines.Show(lines);
    }

    /// <summary>Bar, share, rates and the time left; on a narrow terminal the share and the time alone.</summary>
    static string Total(ProgressTotals now, int width)
    {
        var share = Text.Percent(Math.Round(now.Share, 3)).PadLeft(7);
        var rest = width < WideEnoughForRates ? EventText.Left(now) : EventText.Rates(now);
        return $"{StatusLines.Bar(now.Share, Math.Max(4, Math.Min(30, width - share.Length - rest.Length - 3)))} {share}  {rest}";
    }

    // algo-2 before algo-10.
    static readonly Comparer<string> HostOrder = Comparer<string>.Create(
        (a, b) => a.Length != b.Length ? a.Length.CompareTo(b.Length) : string.CompareOrdinal(a, b)
    );
}
