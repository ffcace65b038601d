using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ProcessingJob.FakeAws;

/// <summary>A call that arrived.</summary>
public sealed record Call(string Operation, JsonElement Request, DateTimeOffset At);

/// <summary>
/// SageMaker, CloudWatch Logs and Service Quotas on loopback, strict: unsigned requests, unknown operations and requests outside
/// the services' limits are refused. Faults and the fate of jobs are scripted by the test.
/// </summary>
public sealed partial class FakeAwsServer : IAsyncDisposable
{
    static readonly Lazy<IReadOnlyDictionary<string, ShapeModel[]>> Models = new(() =>
        new[] { "sagemaker", "logs", "service-quotas" }.ToDictionary(
            s => s,
            s => ShapeModel.Botocore(s) is { } aws ? [ShapeModel.Own(s), aws] : new[] { ShapeModel.Own(s) }
        )
    );

    readonly WebApplication _app;
    readonly TimeProvider _time;
    readonly ConcurrentDictionary<string, ConcurrentQueue<Fault>> _faults = new();

    FakeAwsServer(WebApplication app, TimeProvider time) => (_app, _time, Jobs) = (app, time, new FakeJobs(time));

    /// <summary>Root of the server, for all three services.</summary>
    public string Url { get; private set; } = "";
    public FakeJobs Jobs { get; }
    public FakeLogs Logs { get; } = new();

    /// <summary>Applied quotas of the service sagemaker by name, such as "ml.g5.xlarge for processing job usage".</summary>
    public ConcurrentDictionary<string, double> Quotas { get; } = new();

    /// <summary>All calls in order, with those that were refused.</summary>
    public ConcurrentQueue<Call> Calls { get; } = new();

    /// <summary>Whether requests were checked against AWS's own models too.</summary>
    public static bool HasBotocore => Models.Value["sagemaker"].Length > 1;

    public static async Task<FakeAwsServer> StartAsync(TimeProvider? time = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = new FakeAwsServer(builder.Build(), time ?? TimeProvider.System);
        server._app.Run(server.ServeAsync);
        await server._app.StartAsync().ConfigureAwait(false);
        server.Url = server._app.Urls.First();
        return server;
    }

    /// <summary>The next calls of an operation go wrong, one fault each.</summary>
    public void Fail(string operation, params IEnumerable<Fault> faults)
    {
        foreach (var fault in faults)
        {
            _faults.GetOrAdd(operation, _ => new()).Enqueue(fault);
        }
    }

    public int CallCount(string operation) => Calls.Count(c => c.Operation == operation);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    async Task ServeAsync(HttpContext http)
    {
        var target = http.Request.Headers["X-Amz-Target"].ToString();
        var operation = target[(target.IndexOf('.') + 1)..];
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body).ConfigureAwait(false);
        Fault? fault = null;
        var reply = Refuse(http.Request, target) ?? Answer(target, operation, body.ToArray(), out fault);
        if (fault?.DropResponse == true)
        {
            http.Abort();
            return;
        }
        http.Response.StatusCode = reply.Status;
        http.Response.ContentType = "application/x-amz-json-1.1";
        http.Response.Headers["x-amzn-RequestId"] = Guid.NewGuid().ToString();
        await http.Response.WriteAsync(reply.Body as string ?? JsonSerializer.Serialize(reply.Body)).ConfigureAwait(false);
    }

    static Reply? Refuse(HttpRequest request, string target)
    {
        if (!SignaturePattern().IsMatch(request.Headers.Authorization.ToString()))
        {
            return Reply.Error("MissingAuthenticationTokenException", "Missing Authentication Token", 403);
        }

        if (request.Method != "POST" || request.ContentType != "application/x-amz-json-1.1" || target.Length == 0)
        {
            return Reply.Error("UnknownOperationException", "expected POST of application/x-amz-json-1.1 with X-Amz-Target");
        }

        return null;
    }

    Reply Answer(string target, string operation, byte[] body, out Fault? fault)
    {
        var request = JsonDocument.Parse(body).RootElement.Clone();
        Calls.Enqueue(new Call(operation, request, _time.GetUtcNow()));
        fault = null;
        if (_faults.TryGetValue(operation, out var queue) && queue.TryDequeue(out fault) && fault.Code is { } code)
        {
            return Reply.Error(code, fault.Message, fault.Status);
        }

        var service = target.Split('.')[0] switch
        {
            "SageMaker" => "sagemaker",
            "Logs_20140328" => "logs",
            "ServiceQuotasV20190624" => "service-quotas",
            _ => "",
        };
        if (service.Length == 0)
        {
            return Reply.Error("UnknownOperationException", target);
        }

        var faults = Models
            .Value[service]
            .Where(m => IsYoungEnough(m, request))
            .SelectMany(m => m.Check(operation, request))
            .Distinct()
            .ToList();
        if (faults.Count > 0)
        {
            return Reply.Error("ValidationException", $"{faults.Count} validation error(s) detected: {string.Join("; ", faults)}");
        }

        return operation switch
        {
            "CreateProcessingJob" => Jobs.Create(request),
            "DescribeProcessingJob" => Jobs.Describe(request.GetProperty("ProcessingJobName").GetString()!),
            "StopProcessingJob" => Jobs.Stop(request.GetProperty("ProcessingJobName").GetString()!),
            "ListProcessingJobs" => Jobs.List(request),
            "FilterLogEvents" => Logs.Filter(request),
            "ListServiceQuotas" => ListQuotas(),
            _ => Reply.Error("UnknownOperationException", operation),
        };
    }

    // Our own model calls the cluster otherwise, and knows all that is asked for.
    static bool IsYoungEnough(ShapeModel model, JsonElement request) =>
        !model.Knows("ProcessingClusterConfig", "InstanceType")
        || model.Knows("ProcessingClusterConfig", "InstancePreferences")
        || !request.TryGetProperty("ProcessingResources", out var resources)
        || !resources.GetProperty("ClusterConfig").TryGetProperty("InstancePreferences", out _);

    Reply ListQuotas() =>
        Reply.Ok(
            new Dictionary<string, object?>
            {
                ["Quotas"] = Quotas.Select(q => new Dictionary<string, object?>
                {
                    ["ServiceCode"] = "sagemaker",
                    ["QuotaCode"] = "L-" + (q.Key.GetHashCode() & 0xFFFFFF).ToString("X8"),
                    ["QuotaName"] = q.Key,
                    ["Value"] = q.Value,
                }),
            }
        );

    [GeneratedRegex(
        @"^AWS4-HMAC-SHA256 Credential=[^/]+/\d{8}/[a-z0-9-]+/(sagemaker|logs|servicequotas)/aws4_request"
            + @", ?SignedHeaders=[a-z0-9;-]+, ?Signature=[0-9a-f]{64}$"
    )]
    private static partial Regex SignaturePattern();
}
