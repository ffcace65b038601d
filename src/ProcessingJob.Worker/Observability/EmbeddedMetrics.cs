using System.Buffers;
using System.Text;
using System.Text.Json;
using ProcessingJob.Contract;

namespace ProcessingJob.Worker.Observability;

/// <summary>
/// Writes the metrics once a minute, and at the end, as a line of the log that CloudWatch Logs reads metrics from:
/// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html. Their one dimension
/// is the job's name in job.yaml: a metric for every host of every run would cost money and could have no alarm. The line has no text
/// (@m), so that pjob shows nothing of it.
/// </summary>
sealed class EmbeddedMetrics : IDisposable
{
    public const string Namespace = "ProcessingJob",
        Dimension = "Job",
        Variable = "PROCESSINGJOB_EMF",
        Off = "off";

    static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    readonly Lock _lock = new();
    readonly RunNumbers _numbers;
    readonly RunLabels _labels;
    readonly TextWriter _output;
    readonly TimeProvider _time;
    readonly ITimer _timer;
    readonly double[] _before = new double[RunMetric.All.Count];

    public EmbeddedMetrics(RunNumbers numbers, RunLabels labels, TextWriter output, TimeProvider time)
    {
        (_numbers, _labels, _output, _time) = (numbers, labels, output, time);
        _timer = time.CreateTimer(_ => Write(), null, Interval, Interval);
    }

    /// <summary>Whether the variable leaves them on.</summary>
    /// <exception cref="PJobException">It says what nobody understands (exit code 2).</exception>
    public static bool Wanted(string? variable) =>
        variable switch
        {
            null or "" => true,
            Off => false,
            _ => throw new PJobException($"{Variable}: found '{variable}', expected '{Off}' or nothing", ExitCode.BadSpec),
        };

    /// <summary>Writes what is left.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        Write();
    }

    void Write()
    {
        lock (_lock)
        {
            _output.WriteLine(Line());
        }
    }

    string Line()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            var now = _time.GetUtcNow();
            json.WriteStartObject();
            json.WriteString("@t", now);
            json.WriteStartObject("_aws");
            json.WriteNumber("Timestamp", now.ToUnixTimeMilliseconds());
            json.WriteStartArray("CloudWatchMetrics");
            json.WriteStartObject();
            json.WriteString("Namespace", Namespace);
            json.WriteStartArray("Dimensions");
            json.WriteStartArray();
            json.WriteStringValue(Dimension);
            json.WriteEndArray();
            json.WriteEndArray();
            json.WriteStartArray("Metrics");
            foreach (var metric in RunMetric.All)
            {
                json.WriteStartObject();
                json.WriteString("Name", metric.CloudWatchName);
                json.WriteString("Unit", metric.CloudWatchUnit);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteString(Dimension, DimensionValue(_labels.Name));
            json.WriteString("ProcessingJobName", _labels.Job);
            json.WriteString("Host", _labels.Host);
            json.WriteString("Task", _labels.Task);
            WriteValues(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    // CloudWatch drops metrics without a word whose dimension is blank, longer or not ASCII.
    static string DimensionValue(string name)
    {
        var ascii = string.Concat(name.Trim().Take(255).Select(c => c is >= ' ' and <= '~' ? c : '-'));
        return ascii.Length == 0 ? "-" : ascii;
    }

    void WriteValues(Utf8JsonWriter json)
    {
        for (var i = 0; i < _before.Length; i++)
        {
            var metric = RunMetric.All[i];
            var value = metric.Value(_numbers);
            json.WriteNumber(metric.CloudWatchName, metric.Kind == MetricKind.Counter ? value - _before[i] : value);
            _before[i] = value;
        }
    }
}
