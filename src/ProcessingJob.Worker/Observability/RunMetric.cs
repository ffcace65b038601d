using System.Globalization;

namespace ProcessingJob.Worker.Observability;

/// <summary>A counter only grows within a run; a gauge is what is so now.</summary>
enum MetricKind
{
    Counter,
    Gauge,
}

/// <summary>A number that the worker tells OpenTelemetry and CloudWatch.</summary>
/// <param name="Name">OpenTelemetry's, lower case, parts separated by dots.</param>
/// <param name="Kind">Of a counter CloudWatch is told what was added since the line before.</param>
/// <param name="Unit">Of UCUM, as OpenTelemetry asks for: By, s, or what is counted in braces.</param>
/// <param name="Meaning">One sentence.</param>
/// <param name="Value">Since the start of the run, or now.</param>
sealed record RunMetric(string Name, MetricKind Kind, string Unit, string Meaning, Func<RunNumbers, double> Value)
{
    const string Prefix = "processingjob.";

    /// <summary>The name without prefix in CloudWatch's fashion: <c>processingjob.rows.in</c> is RowsIn.</summary>
    public string CloudWatchName =>
        string.Concat(
            Name[Prefix.Length..]
                .Split('.', '_')
                .Select(part => string.Create(CultureInfo.InvariantCulture, $"{char.ToUpperInvariant(part[0])}{part[1..]}"))
        );

    /// <summary>One of the units of
    /// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html.</summary>
    public string CloudWatchUnit =>
        Unit switch
        {
            "By" => "Bytes",
            "s" => "Seconds",
            _ => "Count",
        };

    /// <summary>All of them; docs/observability.md has the same table, which a test compares.</summary>
    public static IReadOnlyList<RunMetric> All { get; } =
    [
        Counter("rows.in", "{row}", "Rows read and finished, rejects among them", n => n.Totals.RowsIn),
        Counter("rows.out", "{row}", "Rows written; a row of several windows counts once for each", n => n.Totals.RowsOut),
        Counter("rows.rejected", "{row}", "Rows that could not be used", n => n.Totals.Rejected),
        Counter("tokens", "{token}", "Tokens of the finished rows", n => n.Totals.Tokens),
        Counter("truncated", "{encoding}", "Encodings cut at tokens.max_length", n => n.Totals.Truncated),
        Counter("input", "By", "Input whose rows are finished, of compressed files as they are stored", n => n.Totals.Bytes),
        Counter("units.committed", "{unit}", "Units committed by this run", n => n.Pipeline.UnitsDone),
        Counter("units.failed", "{unit}", "Units whose file cannot be read", n => n.Pipeline.Failures.Count),
        Gauge("units.open", "{unit}", "Units between the start of reading and the commit", n => n.Pipeline.UnitsOpen),
        Gauge("queue.blocks", "{block}", "Blocks of rows that are tokenized and not yet written", n => n.Totals.BlocksInFlight),
        Gauge("queue.batches", "{batch}", "Batches that wait for a device", n => n.Engine.QueuedBatches),
        Counter("device.batches", "{batch}", "Batches computed", n => n.Engine.Batches),
        Counter("device.tokens", "{token}", "Tokens computed, without padding; equal texts of a block once", n => n.Engine.RealTokens),
        Counter("device.padding", "{token}", "Padding computed beside them", n => n.Engine.PaddedTokens - n.Engine.RealTokens),
        Counter("device.busy", "s", "Time in the device's calls, summed over the threads that call it", n => Busy(n)),
        Counter("device.idle", "s", "Time those threads waited for batches, from the first batch to the last", n => Idle(n)),
        Counter("retries.rows", "{row}", "Rows computed again alone because of NaN or infinity", n => n.Engine.RetriedRows),
        Counter("retries.batches", "{batch}", "Batches cut in two because a device had no memory left", n => n.Engine.Halvings),
        Counter("retries.sessions", "{session}", "Sessions made anew after they died", n => n.Engine.Recreations),
        Counter("retries.requests", "{request}", "Requests to S3 tried again (transfer: stream)", n => n.Repeats()),
    ];

    static RunMetric Counter(string name, string unit, string meaning, Func<RunNumbers, double> value) =>
        new(Prefix + name, MetricKind.Counter, unit, meaning, value);

    static RunMetric Gauge(string name, string unit, string meaning, Func<RunNumbers, double> value) =>
        new(Prefix + name, MetricKind.Gauge, unit, meaning, value);

    static double Busy(RunNumbers numbers) => numbers.Engine.Devices.Sum(d => d.Busy.TotalSeconds);

    static double Idle(RunNumbers numbers) => numbers.Engine.Devices.Sum(d => d.Waiting.TotalSeconds);
}
