using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace ProcessingJob.Testing;

/// <summary>A proxy before the S3 server that spoils requests as it is told.</summary>
public sealed class FaultProxy : IDisposable
{
    /// <summary>How late a late answer is.</summary>
    static readonly TimeSpan Late = TimeSpan.FromSeconds(2);

    readonly HttpListener _listener = new();
    readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    readonly Uri _to;

    public FaultProxy(Uri to)
    {
        _to = to;
        Endpoint = new($"http://127.0.0.1:{FreePort()}");
        _listener.Prefixes.Add(Endpoint.ToString());
        _listener.Start();
        _ = RunAsync();
    }

    public Uri Endpoint { get; }

    /// <summary>
    /// What happens to the n-th request: a status or code, short (cut in its middle), long (all of the object instead of its range), late,
    /// hang, "cut 200", "done but 500" and others; null for none.
    /// </summary>
    public Func<int, HttpListenerRequest, string?> Fault { get; set; } = (_, _) => null;

    public ConcurrentQueue<string> Seen { get; } = new();

    public void Dispose()
    {
        _listener.Close();
        _http.Dispose();
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    async Task RunAsync()
    {
        for (var n = 0; ; n++)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            var number = n;
            _ = Task.Run(() => HandleAsync(context, Fault(number, context.Request)));
        }
    }

    async Task HandleAsync(HttpListenerContext context, string? fault)
    {
        try
        {
            Seen.Enqueue($"{context.Request.HttpMethod} {fault}");
            if (fault is "503" or "500" or "403" or "404" or "409" or "expired" or "partial" or "elsewhere" or "no upload")
            {
                await FailAsync(context, fault);
                return;
            }
            if (fault is "cut 200" or "cut 404")
            {
                context.Response.StatusCode = int.Parse(fault[4..]);
                await context.Response.OutputStream.WriteAsync("<Result><Code>NoSu"u8.ToArray());
                context.Response.Close();
                return;
            }
            if (fault == "hang")
            {
                return;
            }

            if (fault == "late")
            {
                await Task.Delay(Late);
            }

            using var request = await CopyAsync(context.Request, withRange: fault != "long");
            using var response = await _http.SendAsync(request);
            var body = await response.Content.ReadAsByteArrayAsync();
            if (fault == "done but 500")
            {
                // S3 does this: the request took effect and the client hears that it did not.
                await FailAsync(context, "500");
                return;
            }
            context.Response.StatusCode = (int)response.StatusCode;
            foreach (
                var (name, values) in response
                    .Headers.Concat(response.Content.Headers)
                    .Where(h => h.Key is not ("Transfer-Encoding" or "Content-Length" or "Connection"))
            )
            {
                context.Response.Headers[name] = string.Join(",", values);
            }

            if (context.Request.HttpMethod != "HEAD")
            {
                context.Response.ContentLength64 = body.Length;
            }
            else if (response.Content.Headers.ContentLength is { } length)
            {
                context.Response.ContentLength64 = length;
            }

            if (fault == "short")
            {
                await context.Response.OutputStream.WriteAsync(body.AsMemory(0, body.Length / 2));
                context.Response.Abort();
                return;
            }
            if (context.Request.HttpMethod != "HEAD")
            {
                await context.Response.OutputStream.WriteAsync(body);
            }

            context.Response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or HttpRequestException or IOException)
        {
            // The client went away, as these tests want it to.
        }
    }

    static async Task FailAsync(HttpListenerContext context, string status)
    {
        var (number, code) = status switch
        {
            "503" => (503, "SlowDown"),
            "500" => (500, "InternalError"),
            "403" => (403, "AccessDenied"),
            "409" => (409, "ConditionalRequestConflict"),
            "expired" => (400, "ExpiredToken"),
            "partial" => (200, ""),
            "no upload" => (404, "NoSuchUpload"),
            "elsewhere" => (301, "PermanentRedirect"),
            _ => (404, "NoSuchKey"),
        };
        context.Response.StatusCode = number;
        if (number == 301)
        {
            context.Response.Headers["x-amz-bucket-region"] = "eu-west-1";
        }

        await context.Response.OutputStream.WriteAsync(
            System.Text.Encoding.UTF8.GetBytes(
                number == 200
                    ? "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>"
                    : $"<Error><Code>{code}</Code><Message>spoilt</Message></Error>"
            )
        );
        context.Response.Close();
    }

    async Task<HttpRequestMessage> CopyAsync(HttpListenerRequest from, bool withRange)
    {
        var to = new HttpRequestMessage(new(from.HttpMethod), new Uri(_to, from.RawUrl));
        using var body = new MemoryStream();
        await from.InputStream.CopyToAsync(body);
        if (body.Length > 0 || from.HttpMethod is "PUT" or "POST")
        {
            to.Content = new ByteArrayContent(body.ToArray());
        }

        foreach (var name in from.Headers.AllKeys.OfType<string>().Where(n => withRange || n != "Range"))
        {
            if (!to.Headers.TryAddWithoutValidation(name, from.Headers[name]) && name != "Content-Length")
            {
                to.Content?.Headers.TryAddWithoutValidation(name, from.Headers[name]);
            }
        }
        return to;
    }
}
