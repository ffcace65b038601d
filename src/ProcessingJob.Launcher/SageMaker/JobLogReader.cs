namespace ProcessingJob.Launcher.SageMaker;

/// <summary>
/// The lines of all hosts of a job, each once. CloudWatch gives empty pages with more behind them, repeats, and lines that turn up
/// late with their old time; so every reading goes back over a window, and event ids tell what is new.
/// </summary>
public sealed class JobLogReader(IJobLogs logs, TimeProvider time, FollowOptions options)
{
    readonly Dictionary<string, DateTimeOffset> _seen = new(StringComparer.Ordinal);

    // Outlives a reading that breaks off between two pages: its lines count as seen and would be lost with it.
    readonly List<LogLine> _unread = [];
    DateTimeOffset? _from;

    /// <summary>Reads everything from the window's start on; new lines in the order of their times.</summary>
    public async Task<IReadOnlyList<LogLine>> ReadNewAsync(JobDescription job, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(job);
        // A name may be used again after its job was deleted: nothing older than this job is its own.
        _from ??= job.CreationTime - TimeSpan.FromMinutes(1);
        string? next = null;
        do
        {
            if (next is not null)
            {
                await Task.Delay(options.PagePause, time, cancellationToken).ConfigureAwait(false);
            }

            var page = await logs.ReadAsync(job.ProcessingJobName, _from.Value, next, cancellationToken).ConfigureAwait(false);
            foreach (var line in page.Lines)
            {
                if (_seen.TryAdd(line.EventId, line.Timestamp))
                {
                    _unread.Add(line);
                }
            }
            next = page.Next;
        } while (next is not null);
        MoveWindow();
        LogLine[] lines = [.. _unread.OrderBy(l => l.Timestamp).ThenBy(l => l.EventId, StringComparer.Ordinal)];
        _unread.Clear();
        return lines;
    }

    void MoveWindow()
    {
        if (_seen.Count == 0)
        {
            return;
        }

        var from = _seen.Values.Max() - options.LateLines;
        if (from > _from)
        {
            _from = from;
        }

        foreach (var id in _seen.Where(s => s.Value < _from).Select(s => s.Key).ToList())
        {
            _seen.Remove(id);
        }
    }
}
