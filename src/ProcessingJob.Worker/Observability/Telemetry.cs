using System.Diagnostics;
using System.Diagnostics.Metrics;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using ProcessingJob.Contract;
using ProcessingJob.Worker.Stages;
using Serilog;

namespace ProcessingJob.Worker.Observability;

/// <summary>
/// Sends metrics and traces by OTLP. The SDK reads the standard variables (OTEL_EXPORTER_OTLP_*, OTEL_SERVICE_NAME, …) itself. The only
/// class that names its types: its assemblies are loaded where an instance is made, and nowhere else.
/// </summary>
sealed class Telemetry
{
    /// <summary>Asks for it: https://opentelemetry.io/docs/specs/otel/protocol/exporter/.</summary>
    public const string Variable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>What a collector that does not answer may take from the end of a job.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    static readonly Meter Instruments = new(UnitSpan.Source.Name, ProductVersion.Text);
    readonly MeterProvider _metrics;
    readonly TracerProvider _traces;
    readonly Activity? _run;

    Telemetry(RunLabels labels, DateTimeOffset startedAt)
    {
        // The variables come last: what they say holds.
        var resource = ResourceBuilder
            .CreateEmpty()
            .AddService("processingjob-worker", serviceVersion: ProductVersion.Text, serviceInstanceId: labels.Host)
            .AddAttributes(Attributes(labels))
            .AddTelemetrySdk()
            .AddEnvironmentVariableDetector();
        _metrics = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(Instruments.Name).AddOtlpExporter().Build();
        _traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(UnitSpan.Source.Name).AddOtlpExporter().Build();
        _run = UnitSpan.Source.StartActivity("run", ActivityKind.Internal, default(ActivityContext), startTime: startedAt);
    }

    /// <summary>Begins where the variable names an endpoint. What is wrong with it is a warning: no job fails for its metrics.</summary>
    /// <returns>Null elsewhere.</returns>
    public static Telemetry? Start(string? endpoint, RunLabels labels, DateTimeOffset startedAt, ILogger log)
    {
        if (string.IsNullOrEmpty(endpoint))
        {
            return null;
        }

        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            // The value is not said: it may hold a password.
            log.Warning("{Variable:l} is no address; expected http://HOST:PORT or https://…; no metrics and traces are sent", Variable);
            return null;
        }

        try
        {
            return new(labels, startedAt);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidOperationException or NotSupportedException)
        {
            log.Warning("The variables OTEL_* cannot be used: {Problem:l}; no metrics and traces are sent", e.Message.TrimEnd('.'));
            return null;
        }
    }

    /// <summary>Begins a span of the run; null: nobody records it.</summary>
    public static IDisposable? Begin(string span) => UnitSpan.Source.StartActivity(span);

    /// <summary>Metrics are read from here on.</summary>
    public static void Observe(RunNumbers numbers)
    {
        foreach (var metric in RunMetric.All)
        {
            if (metric.Unit == "s")
            {
                _ = Instruments.CreateObservableCounter(metric.Name, () => metric.Value(numbers), metric.Unit, metric.Meaning);
            }
            else if (metric.Kind == MetricKind.Counter)
            {
                _ = Instruments.CreateObservableCounter(metric.Name, () => (long)metric.Value(numbers), metric.Unit, metric.Meaning);
            }
            else
            {
                _ = Instruments.CreateObservableGauge(metric.Name, () => (long)metric.Value(numbers), metric.Unit, metric.Meaning);
            }
        }
    }

    /// <summary>Ends the run's span and sends what is left, for a few seconds at most; faults of the network are nobody's.</summary>
    public async Task EndAsync(string status, string message)
    {
        _run?.SetTag("processingjob.status", status)
            .SetStatus(status == "done" ? ActivityStatusCode.Ok : ActivityStatusCode.Error, status == "done" ? null : message);
        _run?.Dispose();
        var limit = (int)Patience.TotalMilliseconds;
        // Not disposed: that would wait again, and the process ends here.
        await Task.WhenAll(Task.Run(() => _traces.Shutdown(limit)), Task.Run(() => _metrics.Shutdown(limit)));
    }

    static IEnumerable<KeyValuePair<string, object>> Attributes(RunLabels labels)
    {
        yield return new("processingjob.name", labels.Name);
        yield return new("processingjob.task", labels.Task);
        if (labels.Job is { } job)
        {
            yield return new("processingjob.job", job);
        }
    }
}
