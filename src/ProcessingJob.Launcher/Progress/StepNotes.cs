using System.Globalization;
using ProcessingJob.Storage;

namespace ProcessingJob.Launcher.Progress;

/// <summary>
/// Says how far a long step is: once two seconds after it began, and every ten after that. Short steps are not spoken of.
/// </summary>
/// <param name="time">Measures them.</param>
/// <param name="say">Takes a line.</param>
public sealed class StepNotes(TimeProvider time, Action<string> say) : IProgress<StepProgress>
{
    static readonly TimeSpan First = TimeSpan.FromSeconds(2),
        Every = TimeSpan.FromSeconds(10);

    readonly Lock _lock = new();
    string? _step;
    long _next;

    public StepNotes(TimeProvider time, IProgress<JobEvent> events)
        : this(time, line => events.Report(new JobNote(line))) { }

    public void Report(StepProgress value)
    {
        // Called for each of a million things: the clock is asked, the lock is taken only when a line may be due.
        var now = time.GetTimestamp();
        if (ReferenceEquals(Volatile.Read(ref _step), value.What) && now < Volatile.Read(ref _next))
        {
            return;
        }

        lock (_lock)
        {
            if (_step != value.What)
            {
                _step = value.What;
                _next = now + Ticks(First);
                return;
            }

            if (now < _next)
            {
                return;
            }

            _next = now + Ticks(Every);
        }

        var of = value.Total is { } total ? $" of {total.ToString("N0", CultureInfo.InvariantCulture)}" : "";
        say($"{value.What}: {value.Done.ToString("N0", CultureInfo.InvariantCulture)}{of} {value.Things}");
    }

    long Ticks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);
}
