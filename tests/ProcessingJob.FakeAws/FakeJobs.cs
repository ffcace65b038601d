using System.Collections.Concurrent;
using System.Text.Json;

namespace ProcessingJob.FakeAws;

/// <summary>SageMaker's processing jobs.</summary>
public sealed class FakeJobs(TimeProvider time)
{
    const string Prefix = "arn:aws:sagemaker:us-east-1:123456789012:processing-job/";
    readonly ConcurrentDictionary<string, FakeJob> _jobs = new(StringComparer.Ordinal);

    public IReadOnlyCollection<FakeJob> All => [.. _jobs.Values.OrderBy(j => j.Created)];

    public FakeJob? Find(string name) => _jobs.GetValueOrDefault(name);

    /// <summary>The script of the next jobs, in the order in which they are created; afterwards the default.</summary>
    public ConcurrentQueue<JobScript> Scripts { get; } = new();

    /// <summary>Really does a job's work once it has started; the token is cancelled when the job is asked to stop.</summary>
    public Func<FakeJob, CancellationToken, Task<JobEnd>>? Runner { get; set; }

    internal Reply Create(JsonElement request)
    {
        if (CrossRules.Check(request) is { } fault)
        {
            return Reply.Error("ValidationException", fault);
        }

        var name = request.GetProperty("ProcessingJobName").GetString()!;
        Scripts.TryDequeue(out var script);
        var job = new FakeJob(request, Prefix + name, script ?? new JobScript(), time.GetUtcNow());
        return _jobs.TryAdd(name, job)
            ? Reply.Ok(new Dictionary<string, object?> { ["ProcessingJobArn"] = job.Arn })
            : Reply.Error(
                "ResourceInUse",
                $"Job name must be unique within an AWS account and region, and a job with this name already exists ({Prefix}{name})"
            );
    }

    internal Reply Describe(string name)
    {
        if (Find(name) is not { } job)
        {
            return Missing(name);
        }

        lock (job)
        {
            if (job.Advance(time.GetUtcNow()) && Runner is { } runner)
            {
                job.Run = Task.Run(() => RunAsync(runner, job));
            }

            return Reply.Ok(job.Describe());
        }
    }

    static async Task<JobEnd> RunAsync(Func<FakeJob, CancellationToken, Task<JobEnd>> runner, FakeJob job)
    {
        try
        {
            return await runner(job, job.Stopping.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            return new JobEnd("Failed", $"InternalServerError: {e.Message}");
        }
    }

    /// <summary>DeleteProcessingJob, by somebody else: only a job that has ended, whose name is free afterwards.</summary>
    public bool Delete(string name) => Find(name) is { IsTerminal: true } && _jobs.TryRemove(name, out _);

    internal Reply Stop(string name)
    {
        if (Find(name) is not { } job)
        {
            return Missing(name);
        }

        lock (job)
        {
            if (job.IsTerminal)
            {
                return Reply.Error(
                    "ValidationException",
                    $"The request was rejected because the processing job is in status {job.Status}."
                );
            }

            job.RequestStop();
            return new Reply(200, "");
        }
    }

    internal Reply List(JsonElement request)
    {
        string Text(string member) => request.TryGetProperty(member, out var v) ? v.GetString()! : "";
        var jobs = All.Reverse()
            .Where(j =>
                j.Name.Contains(Text("NameContains"), StringComparison.Ordinal)
                && (Text("StatusEquals").Length == 0 || j.Status == Text("StatusEquals"))
            )
            .ToList();
        var at = Text("NextToken") is { Length: > 0 } token ? int.Parse(token) : 0;
        var size = request.TryGetProperty("MaxResults", out var max) ? max.GetInt32() : 10;
        return Reply.Ok(
            new Dictionary<string, object?>
            {
                ["ProcessingJobSummaries"] = jobs.Skip(at).Take(size).Select(j => j.Summary()),
                ["NextToken"] = at + size < jobs.Count ? $"{at + size}" : null,
            }
        );
    }

    // In practice the service says ValidationException, although its model lists ResourceNotFound.
    static Reply Missing(string name) => Reply.Error("ValidationException", $"Could not find requested job with name: {name}");
}
