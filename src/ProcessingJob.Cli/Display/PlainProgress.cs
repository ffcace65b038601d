using ProcessingJob.Launcher.Progress;

namespace ProcessingJob.Cli.Display;

/// <summary>For logs and CI: one line every few seconds, nothing redrawn.</summary>
sealed class PlainProgress : IProgress<JobEvent>, IDisposable
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    readonly TextWriter _out;
    readonly ProgressMeter _meter;
    readonly ITimer _timer;
    readonly Lock _lock = new();
    long _totalBytes,
        _tokens = -1;

    public PlainProgress(TextWriter output, TimeProvider time)
    {
        _out = output;
        _meter = new(time);
        _timer = time.CreateTimer(_ => Tick(), null, Interval, Interval);
    }

    public void Report(JobEvent value)
    {
        lock (_lock)
        {
            if (value is JobPlanned planned)
            {
                _totalBytes = planned.Plan.BytesLeft;
            }

            if (value is HostProgressed progress)
            {
                _meter.Add(progress);
            }
            else if (EventText.Of(value) is { } line)
            {
                _out.WriteLine(line);
            }
        }
    }

    public void Dispose() => _timer.Dispose();

    void Tick()
    {
        lock (_lock)
        {
            if (_meter.Take(_totalBytes) is not { } now || now.Tokens == _tokens)
            {
                return;
            }

            _tokens = now.Tokens;
            _out.WriteLine($"{Text.Percent(Math.Round(now.Share, 3))}  {EventText.Rates(now)}");
        }
    }
}
