using System.Text.Json;
using System.Text.Json.Nodes;

namespace ProcessingJob.FakeAws;

/// <summary>How a job ended.</summary>
public sealed record JobEnd(string Status, string? FailureReason = null, string? ExitMessage = null)
{
    public static readonly JobEnd Completed = new("Completed");
    public static readonly JobEnd Stopped = new("Stopped");
    public static readonly JobEnd NoCapacity = new(
        "Failed",
        "CapacityError: Unable to provision requested ML compute capacity. Please retry using a different ML instance type."
    );

    public static JobEnd Failed(string exitMessage) => new("Failed", "AlgorithmError: See job logs for more information", exitMessage);
}

/// <summary>What happens to a job, counted in answers to Describe so that tests need no clock.</summary>
/// <param name="PendingPolls">Answers without a start time.</param>
/// <param name="RunningPolls">Answers while it runs; ignored when a runner does the work.</param>
/// <param name="End">How it ends; a runner's own end goes first.</param>
/// <param name="Lacking">Types of the job's preferences that have no capacity.</param>
public sealed record JobScript(int PendingPolls = 1, int RunningPolls = 2, JobEnd? End = null, params string[] Lacking);

/// <summary>A job as the service keeps it.</summary>
public sealed class FakeJob(JsonElement request, string arn, JobScript script, DateTimeOffset created)
{
    int _polls;
    DateTimeOffset? _started,
        _ended;

    public JsonElement Request { get; } = request;
    public string Name => Request.GetProperty("ProcessingJobName").GetString()!;
    public string Arn => arn;
    public DateTimeOffset Created => created;
    public string Status { get; private set; } = "InProgress";
    public JobEnd? End { get; private set; }
    public bool IsTerminal => End is not null;

    /// <summary>True between the start of the hosts and the end.</summary>
    public bool IsRunning => _started is not null && End is null;

    /// <summary>Cancelled by StopProcessingJob: hosts get their signal.</summary>
    public CancellationTokenSource Stopping { get; } = new();

    /// <summary>The hosts at work; null: the script alone decides.</summary>
    public Task<JobEnd>? Run { get; set; }

    /// <summary>The type that runs: the first preference with capacity; null: none has.</summary>
    public string? InstanceType =>
        Cluster.TryGetProperty(nameof(InstanceType), out var one)
            ? one.GetString()
            : Cluster
                .GetProperty("InstancePreferences")
                .EnumerateArray()
                .Select(p => p.GetProperty(nameof(InstanceType)).GetString()!)
                .FirstOrDefault(t => !script.Lacking.Contains(t));

    JsonElement Cluster => Request.GetProperty("ProcessingResources").GetProperty("ClusterConfig");

    /// <summary>Another answer to Describe: time goes on. True when the hosts are to be started now.</summary>
    public bool Advance(DateTimeOffset now)
    {
        if (End is not null)
        {
            return false;
        }

        _polls++;
        if (_started is null)
        {
            if (Status == "Stopping")
            {
                Finish(JobEnd.Stopped, now);
            }
            else if (_polls > script.PendingPolls)
            {
                // A job without capacity never starts.
                if (script.End == JobEnd.NoCapacity || InstanceType is null)
                {
                    Finish(JobEnd.NoCapacity, now);
                }
                else
                {
                    _started = now;
                    return true;
                }
            }
            return false;
        }
        if (Run is { IsCompleted: true })
        {
            Finish(Stopping.IsCancellationRequested ? JobEnd.Stopped : Run.GetAwaiter().GetResult(), now);
        }
        else if (Run is null && Status == "Stopping")
        {
            Finish(JobEnd.Stopped, now);
        }
        else if (Run is null && _polls > script.PendingPolls + script.RunningPolls)
        {
            Finish(script.End ?? JobEnd.Completed, now);
        }

        return false;
    }

    public void RequestStop()
    {
        if (End is not null)
        {
            return;
        }

        Status = "Stopping";
        Stopping.Cancel();
    }

    public void Finish(JobEnd end, DateTimeOffset now)
    {
        (End, Status, _ended) = (end, end.Status, now);
        _started ??= end == JobEnd.NoCapacity ? null : now;
    }

    public Dictionary<string, object?> Describe()
    {
        var answer = new Dictionary<string, object?>(StringComparer.Ordinal);
        // Tags are not echoed.
        foreach (var member in Request.EnumerateObject().Where(m => m.Name != "Tags"))
        {
            answer[member.Name] = member.Value;
        }

        foreach (var (key, value) in Summary())
        {
            answer[key] = value;
        }

        if (_started is not null && Cluster.TryGetProperty("InstancePreferences", out _))
        {
            var cluster = JsonNode.Parse(Cluster.GetRawText())!;
            cluster["SelectedInstanceType"] = InstanceType;
            cluster["SelectedInstanceCount"] = Cluster.TryGetProperty("InstanceCount", out var count) ? count.GetInt32() : null;
            answer["ProcessingResources"] = new JsonObject { ["ClusterConfig"] = cluster };
        }

        return answer;
    }

    public Dictionary<string, object?> Summary()
    {
        var answer = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["ProcessingJobName"] = Name,
            ["ProcessingJobArn"] = Arn,
            ["ProcessingJobStatus"] = Status,
            ["CreationTime"] = Seconds(created),
            ["LastModifiedTime"] = Seconds(_ended ?? _started ?? created),
        };
        if (_started is { } s)
        {
            answer["ProcessingStartTime"] = Seconds(s);
        }

        if (_ended is { } e)
        {
            answer["ProcessingEndTime"] = Seconds(e);
        }

        if (End?.FailureReason is { } reason)
        {
            answer["FailureReason"] = reason;
        }

        if (End?.ExitMessage is { } message)
        {
            answer["ExitMessage"] = message;
        }

        return answer;
    }

    static double Seconds(DateTimeOffset t) => t.ToUnixTimeMilliseconds() / 1000.0;
}
