using System.Text.Json;
using System.Text.Json.Serialization;
using Amazon.Runtime;

namespace ProcessingJob.Launcher.Aws;

/// <summary>
/// AWS JSON 1.1 over AWSSDK.Core's pipeline: credentials, SigV4, clock skew, retries, time limits and endpoints are the SDK's,
/// only the JSON is ours. Thread-safe.
/// </summary>
public sealed class AwsJsonClient(AwsService service, AwsConnection connection) : AwsWireClient(service, connection)
{
    /// <summary>
    /// How the records of <see cref="SageMaker"/> and others travel: names as written, nulls left out, times as epoch seconds.
    /// </summary>
    public static readonly JsonSerializerOptions Json = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new EpochSecondsConverter(), new JsonStringEnumConverter() },
    };

    readonly string _targetPrefix =
        service.TargetPrefix ?? throw new ArgumentException($"{service.ServiceId} does not speak JSON", nameof(service));

    /// <summary>Calls <paramref name="operation"/> and reads its answer; an empty body is an answer with defaults.</summary>
    /// <exception cref="AmazonServiceException">The service refused; ErrorCode is the bare code, without namespace.</exception>
    /// <exception cref="AmazonClientException">The service could not be reached.</exception>
    public async Task<TResponse> CallAsync<TResponse>(string operation, object request, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(request, request.GetType(), Json);
        var answer = await SendAsync(operation, body, cancellationToken).ConfigureAwait(false);
        return JsonSerializer.Deserialize<TResponse>(answer.Length == 0 ? "{}" : answer, Json)
            ?? throw new AmazonClientException($"{operation}: the service answered null");
    }

    private protected override (string ContentType, string? Target) Headers(string operation) =>
        ("application/x-amz-json-1.1", $"{_targetPrefix}.{operation}");
}
