using ProcessingJob.Contract.Container;
using Serilog;

namespace ProcessingJob.Worker.Observability;

/// <summary>What tells others of a run while it runs: CloudWatch by lines of the log, OpenTelemetry where a variable asks for it.</summary>
sealed class RunMonitor(ProcessingJobConfig job, RunLabels labels, DateTimeOffset startedAt, ILogger log, TimeProvider time)
{
    // The log is CloudWatch's where the service's file has the job's ARN; the local mode of SageMaker's SDK writes none.
    readonly bool _embedded =
        EmbeddedMetrics.Wanted(Environment.GetEnvironmentVariable(EmbeddedMetrics.Variable)) && job.Region is not null;
    readonly Telemetry? _telemetry = Telemetry.Start(Environment.GetEnvironmentVariable(Telemetry.Variable), labels, startedAt, log);

    /// <summary>Units are spans.</summary>
    public bool IsTraced => _telemetry is not null;

    /// <summary>Does work as a span of the run.</summary>
    public T During<T>(string span, Func<T> work)
    {
        using var begun = IsTraced ? Telemetry.Begin(span) : null;
        return work();
    }

    /// <summary>Metrics are read from here on; disposing the result writes the last line of the log, null: there is none.</summary>
    public IDisposable? Watch(RunNumbers numbers)
    {
        if (IsTraced)
        {
            Telemetry.Observe(numbers);
        }

        return _embedded ? new EmbeddedMetrics(numbers, labels, Console.Out, time) : null;
    }

    /// <summary>Sends what is left.</summary>
    public Task EndAsync(string status, string message) => _telemetry?.EndAsync(status, message) ?? Task.CompletedTask;
}
