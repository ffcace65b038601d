using System.Text.Json;

namespace ProcessingJob.FakeAws;

/// <summary>CloudWatch Logs as its clients meet it: pages that are empty though more follow, repeats, and lines that arrive late.</summary>
public sealed class FakeLogs
{
    readonly Lock _gate = new();
    readonly List<Entry> _entries = [];
    readonly Dictionary<string, (List<Entry> Entries, int At, int Empty)> _cursors = [];
    int _ids;

    /// <summary>Lines on one page.</summary>
    public int PageSize { get; set; } = 3;

    /// <summary>Pages without lines before every page that has some.</summary>
    public int EmptyPages { get; set; } = 1;

    /// <summary>The last line of a page comes again as the first of the next.</summary>
    public bool Repeat { get; set; } = true;

    /// <summary>A host prints a line, which can be seen at once.</summary>
    public void Print(string job, string host, string message, DateTimeOffset at) => Print(job, host, message, at, visibleAfterReads: 0);

    /// <summary>A host prints a line that the service shows only after so many reads, with its old time.</summary>
    public void Print(string job, string host, string message, DateTimeOffset at, int visibleAfterReads)
    {
        lock (_gate)
        {
            _entries.Add(
                new Entry($"{++_ids:D20}", $"{job}/{host}-1700000000", at.ToUnixTimeMilliseconds(), message) { Delay = visibleAfterReads }
            );
        }
    }

    internal Reply Filter(JsonElement request)
    {
        lock (_gate)
        {
            if (request.TryGetProperty("logStreamNames", out _) && request.TryGetProperty("logStreamNamePrefix", out _))
            {
                return Reply.Error("InvalidParameterException", "logStreamNames and logStreamNamePrefix are mutually exclusive");
            }

            if (_entries.Count == 0)
            {
                return Reply.Error("ResourceNotFoundException", "The specified log group does not exist.");
            }

            var token = request.TryGetProperty("nextToken", out var t) ? t.GetString() : null;
            var (entries, at, empty) = token is null ? (Matching(request), 0, EmptyPages) : _cursors[token];
            if (empty > 0)
            {
                return Page([], Keep(entries, at, empty - 1));
            }

            int from = Repeat && at > 0 ? at - 1 : at,
                to = Math.Min(entries.Count, at + PageSize);
            return Page(entries[from..to], to < entries.Count ? Keep(entries, to, EmptyPages) : null);
        }
    }

    List<Entry> Matching(JsonElement request)
    {
        var prefix = request.TryGetProperty("logStreamNamePrefix", out var p) ? p.GetString()! : "";
        var start = request.TryGetProperty("startTime", out var s) ? s.GetInt64() : 0;
        foreach (var entry in _entries)
        {
            entry.Delay--;
        }

        return
        [
            .. _entries
                .Where(e => e.Delay < 0 && e.Stream.StartsWith(prefix, StringComparison.Ordinal) && e.Time >= start)
                .OrderBy(e => e.Time),
        ];
    }

    string Keep(List<Entry> entries, int at, int empty)
    {
        var token = $"token-{_cursors.Count}";
        _cursors[token] = (entries, at, empty);
        return token;
    }

    static Reply Page(List<Entry> entries, string? next) =>
        Reply.Ok(
            new Dictionary<string, object?>
            {
                ["events"] = entries.Select(e => new Dictionary<string, object?>
                {
                    ["eventId"] = e.Id,
                    ["logStreamName"] = e.Stream,
                    ["timestamp"] = e.Time,
                    ["ingestionTime"] = e.Time,
                    ["message"] = e.Message,
                }),
                ["nextToken"] = next,
                ["searchedLogStreams"] = Array.Empty<object>(),
            }
        );

    sealed record Entry(string Id, string Stream, long Time, string Message)
    {
        public int Delay { get; set; }
    }
}

/// <summary>An answer on its way out.</summary>
sealed record Reply(int Status, object Body)
{
    public static Reply Ok(object body) => new(200, body);

    public static Reply Error(string code, string message, int status = 400) =>
        new(status, new Dictionary<string, object?> { ["__type"] = code, ["message"] = message });
}
