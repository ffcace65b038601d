using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace ProcessingJob.Launcher.Tests.Doctor;

/// <summary>Stands before a mock of AWS and notes what each call needs: an action of IAM, and for S3 its resource.</summary>
sealed partial class CallRecorder : IAsyncDisposable
{
    static readonly HttpClient Client = new(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false });
    readonly WebApplication _app;
    readonly Uri _target;

    CallRecorder(WebApplication app, string target) => (_app, _target) = (app, new Uri(target));

    public string Url => _app.Urls.First();

    /// <summary>Actions such as s3:GetObject, with the resource of S3's.</summary>
    public ConcurrentQueue<(string Action, string? Resource)> Calls { get; } = new();

    public static async Task<CallRecorder> StartAsync(string target)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var recorder = new CallRecorder(builder.Build(), target);
        recorder._app.Run(recorder.ServeAsync);
        await recorder._app.StartAsync();
        return recorder;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    async Task ServeAsync(HttpContext http)
    {
        var content = new MemoryStream();
        await http.Request.Body.CopyToAsync(content);
        var body = content.ToArray();
        Calls.Enqueue(Needed(http.Request, System.Text.Encoding.UTF8.GetString(body)));
        var path = http.Features.Get<IHttpRequestFeature>()!.RawTarget;
        using var request = new HttpRequestMessage(new HttpMethod(http.Request.Method), new Uri(_target, path))
        {
            Content = new ByteArrayContent(body),
        };
        foreach (var header in http.Request.Headers.Where(h => h.Key is not ("Host" or "Content-Length" or "Transfer-Encoding")))
        {
            if (!request.Headers.TryAddWithoutValidation(header.Key, (IEnumerable<string?>)header.Value))
            {
                request.Content.Headers.TryAddWithoutValidation(header.Key, (IEnumerable<string?>)header.Value);
            }
        }

        using var answer = await Client.SendAsync(request);
        http.Response.StatusCode = (int)answer.StatusCode;
        foreach (var header in answer.Headers.Concat(answer.Content.Headers).Where(h => h.Key is not ("Transfer-Encoding" or "Connection")))
        {
            http.Response.Headers[header.Key] = header.Value.ToArray();
        }

        if (http.Request.Method != "HEAD")
        {
            await answer.Content.CopyToAsync(http.Response.Body);
        }
    }

    static (string Action, string? Resource) Needed(HttpRequest request, string body)
    {
        var service = ScopePattern().Match(request.Headers.Authorization.ToString()).Groups[1].Value;
        if (service != "s3")
        {
            var operation = request.Headers["X-Amz-Target"].ToString() is { Length: > 0 } target
                ? target[(target.IndexOf('.', StringComparison.Ordinal) + 1)..]
                : ActionPattern().Match(body).Groups[1].Value;
            return ($"{service}:{operation}", null);
        }

        var (bucket, key) = request.Path.Value!.TrimStart('/').Split('/', 2) is [var b, var k]
            ? (b, k)
            : (request.Path.Value!.Trim('/'), "");
        var resource = key.Length == 0 ? $"arn:aws:s3:::{bucket}" : $"arn:aws:s3:::{bucket}/{key}";
        var action = (request.Method, key.Length > 0) switch
        {
            ("GET", false) when request.Query.ContainsKey("location") => "GetBucketLocation",
            ("GET" or "HEAD", false) => "ListBucket",
            ("GET" or "HEAD", true) => "GetObject",
            ("PUT" or "POST", true) => "PutObject",
            ("DELETE", true) => request.Query.ContainsKey("uploadId") ? "AbortMultipartUpload" : "DeleteObject",
            var other => throw new NotSupportedException($"{other}"),
        };
        return ($"s3:{action}", resource);
    }

    [GeneratedRegex(@"Credential=[^/]+/\d+/[^/]+/([^/]+)/aws4_request")]
    private static partial Regex ScopePattern();

    [GeneratedRegex(@"(?:^|&)Action=([A-Za-z]+)")]
    private static partial Regex ActionPattern();
}
