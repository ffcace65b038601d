using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Container;
using ProcessingJob.Contract.Output;
using ProcessingJob.Testing;

namespace ProcessingJob.EndToEnd.Tests;

/// <summary>What a worker tells CloudWatch and OpenTelemetry, held against its commit records.</summary>
public sealed class ObservabilityTests : IDisposable
{
    const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    static readonly (string, string) Http = ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
    static readonly string[] Stages = ["read", "tokenize", "sort", "wait", "finish", "write"];

    readonly ContainerBench _bench = new();

    public ObservabilityTests()
    {
        _bench.WriteSpec(
            """{ "name": "reviews", "task": "embed", "input": { "text": "text", "id": "id" }, "tokens": { "max_length": 8 }, "rejects": { "max_fraction": 0.5 } }"""
        );
        _bench.WriteData("a.jsonl", string.Concat(Texts.Rows(300)) + "{\"id\":\"x\"}\n");
        _bench.WriteData("b.csv", string.Concat(Enumerable.Range(0, 200).Select(i => $"b{i},row {i}\n").Prepend("id,text\n")));
    }

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Worker_OtlpEndpoint_SendsTheCountsOfTheRecords()
    {
        using var receiver = new OtlpReceiver();
        await EndsAsync(
            0,
            (Endpoint, receiver.Endpoint),
            Http,
            ("OTEL_SERVICE_NAME", "features"),
            ("OTEL_RESOURCE_ATTRIBUTES", "team=search"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "x-key=abc")
        );

        var metrics = receiver.Metrics;
        Assert.Equal(DocumentedMetrics().Order(), metrics.Keys.Order());
        AssertCounts(name => metrics["processingjob." + name].Value);
        Assert.Equal(
            ["row"],
            metrics.Values.Where(m => m.Name.Contains(".rows.", StringComparison.Ordinal)).Select(m => m.Unit.Trim('{', '}')).Distinct()
        );
        Assert.True(metrics["processingjob.rows.in"].IsSum);
        Assert.False(metrics["processingjob.queue.batches"].IsSum);
        Assert.True(metrics["processingjob.device.busy"].Value > 0);

        Assert.All(receiver.Keys, key => Assert.Equal("abc", key));
        Assert.Equal(
            ("features", "search", "reviews", "n", "embed", "algo-1"),
            (
                receiver.Resource["service.name"],
                receiver.Resource["team"],
                receiver.Resource["processingjob.name"],
                receiver.Resource["processingjob.job"],
                receiver.Resource["processingjob.task"],
                receiver.Resource["service.instance.id"]
            )
        );
    }

    [Fact]
    public async Task Worker_OtlpEndpoint_SendsAnUnbrokenTrace()
    {
        using var receiver = new OtlpReceiver();
        await EndsAsync(0, (Endpoint, receiver.Endpoint), Http);

        var spans = receiver.Spans.ToLookup(s => s.Name);
        var run = Assert.Single(spans["run"]);
        Assert.Equal(("", 1, "done"), (run.Parent, run.Status, run.Attributes["processingjob.status"]));
        Assert.Equal(run.Id, Assert.Single(spans["load model"]).Parent);
        var units = spans["unit"].ToList();
        Assert.Equal(_bench.Commits.Select(c => c.Unit).Order(), units.Select(u => u.Attributes["processingjob.unit.id"]).Order());
        Assert.All(units, unit => Assert.Equal((run.Id, 1), (unit.Parent, unit.Status)));
        foreach (var unit in units)
        {
            var stages = receiver.Spans.Where(s => s.Parent == unit.Id).ToList();
            Assert.Equal(Stages.Order(), stages.Select(s => s.Name).Order());
            Assert.All(stages, s => Assert.Contains("processingjob.busy_seconds", s.Attributes.Keys));
        }

        Assert.Equal(2 + units.Count * (1 + Stages.Length), receiver.Spans.Count);
    }

    [Fact]
    public async Task Worker_FailedRun_TellsTheTraceWhy()
    {
        using var receiver = new OtlpReceiver();
        using var whole = new MemoryStream();
        using (var gzip = new GZipStream(whole, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(System.Text.Encoding.UTF8.GetBytes(string.Concat(Texts.Rows(100))));
        }

        _bench.WriteData("c.jsonl.gz", whole.ToArray()[..(int)(whole.Length / 2)]);
        await EndsAsync(1, (Endpoint, receiver.Endpoint), Http);

        Assert.Equal(2, Assert.Single(receiver.Spans, s => s.Name == "run").Status);
        Assert.Equal(2, Assert.Single(receiver.Spans, s => s.Name == "unit" && s.Status == 2).Status);
        Assert.Equal(1, receiver.Metrics["processingjob.units.failed"].Value);
    }

    [Theory]
    [InlineData("closed", "http/protobuf")]
    [InlineData("silent", "http/protobuf")]
    [InlineData("silent", "grpc")]
    public async Task Worker_EndpointDoesNotAnswer_NeitherFailsNorWaits(string kind, string protocol)
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var port = kind == "silent" ? ((IPEndPoint)silent.LocalEndpoint).Port : OtlpReceiver.FreePort();
        await EndsAsync(0, (Endpoint, $"http://127.0.0.1:{port}"), ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol));

        var report = await File.ReadAllBytesAsync(Path.Combine(_bench.Paths.Output, "_reports", "algo-1.json"), Token);
        var finished = ContractJson.Read<HostReport>(report, "report").FinishedAt;
        Assert.InRange((DateTimeOffset.UtcNow - finished).TotalSeconds, 0, 9);
    }

    [Theory]
    [InlineData(Endpoint, "collector:4317", "expected http://HOST:PORT")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", "no header", "OTEL_")]
    public async Task Worker_VariableThatIsWrong_IsAWarning(string name, string value, string expected)
    {
        var ended = await EndsAsync(0, (Endpoint, "http://127.0.0.1:9"), Http, (name, value));
        var warning = ended.Out.Split('\n').Select(WorkerEvent.Parse).First(e => e.Level == "Warning");
        Assert.Contains(expected, warning.Text, StringComparison.Ordinal);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Worker_WithoutTheVariable_LoadsNothingOfOpenTelemetry(bool asked)
    {
        Assert.SkipWhen(!OperatingSystem.IsLinux(), "the files that a process has mapped are read from /proc");
        _bench.WriteData("c.jsonl", string.Concat(Texts.Rows(20_000)));
        using var worker = Programs.Worker.Start(
            (ContainerPaths.RootVariable, _bench.Paths.Root),
            (Endpoint, asked ? "http://127.0.0.1:9" : "")
        );
        var ended = worker.EndAsync();
        var mapped = "";
        while (_bench.Commits.Count == 0 && !ended.IsCompleted)
        {
            mapped = await File.ReadAllTextAsync($"/proc/{worker.Id}/maps", Token);
            await Task.Delay(20, Token);
        }

        Assert.Contains("ProcessingJob.Worker", mapped, StringComparison.Ordinal);
        Assert.Equal(asked, mapped.Contains("OpenTelemetry", StringComparison.Ordinal));
        worker.Kill();
        await ended;
    }

    [Fact]
    public async Task Worker_OnSageMaker_WritesMetricsForCloudWatch()
    {
        var lines = Embedded(await EndsAsync(0));

        Assert.NotEmpty(lines);
        AssertCounts(name =>
            lines.Sum(line =>
                line.GetProperty(string.Concat(name.Split('.').Select(p => char.ToUpperInvariant(p[0]) + p[1..]))).GetDouble()
            )
        );
        Assert.Equal(
            ("reviews", "n", "algo-1", "embed"),
            (Text(lines[^1], "Job"), Text(lines[^1], "ProcessingJobName"), Text(lines[^1], "Host"), Text(lines[^1], "Task"))
        );
    }

    [Fact]
    public async Task Worker_NotOnSageMakerOrOff_WritesNone()
    {
        Assert.Empty(Embedded(await EndsAsync(0, ("PROCESSINGJOB_EMF", "off"))));
        File.Delete(_bench.Paths.ProcessingJobConfigFile);
        Directory.Delete(Path.Combine(_bench.Paths.Output, "_commits"), recursive: true);
        Assert.Empty(Embedded(await EndsAsync(0)));
    }

    [Fact]
    public async Task Worker_UnknownValueOfTheSwitch_EndsWithTwo()
    {
        await EndsAsync(2, ("PROCESSINGJOB_EMF", "no"));
        Assert.Contains("PROCESSINGJOB_EMF: found 'no', expected 'off'", _bench.Message, StringComparison.Ordinal);
    }

    static CancellationToken Token => TestContext.Current.CancellationToken;

    async Task<Ended> EndsAsync(int exitCode, params (string, string)[] environment)
    {
        using var worker = Programs.Worker.Start([(ContainerPaths.RootVariable, _bench.Paths.Root), .. environment]);
        var ended = await worker.EndAsync();
        Assert.True(ended.ExitCode == exitCode, ended.Out + ended.Error);
        return ended;
    }

    void AssertCounts(Func<string, double> value)
    {
        var commits = _bench.Commits;
        Assert.Equal((501, 1), (commits.Sum(c => c.RowsIn), commits.Sum(c => c.Rejects.Values.Sum())));
        Assert.Equal(commits.Sum(c => c.RowsIn), value("rows.in"));
        Assert.Equal(commits.Sum(c => c.RowsOut), value("rows.out"));
        Assert.Equal(1, value("rows.rejected"));
        Assert.Equal(commits.Sum(c => c.Tokens), value("tokens"));
        Assert.Equal(commits.Sum(c => c.Truncated), value("truncated"));
        Assert.Equal(commits.Count, value("units.committed"));
        Assert.Equal(0, value("units.failed"));
        Assert.True(value("truncated") > 0 && value("device.batches") > 0);
        Assert.InRange(value("device.tokens"), 1, value("tokens"));
    }

    static IEnumerable<string> DocumentedMetrics() =>
        Regex
            .Matches(File.ReadAllText(Repo.File("docs", "observability.md")), @"^\| `(processingjob\.[^`]+)`", RegexOptions.Multiline)
            .Select(m => m.Groups[1].Value);

    static List<JsonElement> Embedded(Ended ended) =>
        [
            .. ended
                .Out.Split('\n')
                .Where(l => l.Contains("\"_aws\"", StringComparison.Ordinal))
                .Select(l => JsonDocument.Parse(l).RootElement),
        ];

    static string? Text(JsonElement line, string name) => line.GetProperty(name).GetString();
}
