using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ProcessingJob.Launcher.Tests.Hub;

/// <summary>
/// A model hub on loopback: revisions, git and large files, redirects to another host's storage, ranges, and its refusals.
/// </summary>
sealed class FakeHub : IAsyncDisposable
{
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";
    readonly WebApplication _app,
        _storage;
    readonly Dictionary<string, byte[]> _files = new(StringComparer.Ordinal);

    FakeHub(WebApplication app, WebApplication storage) => (_app, _storage) = (app, storage);

    public string Url { get; private set; } = "";
    string StorageUrl { get; set; } = "";

    /// <summary>Paths that large-file storage keeps.</summary>
    public HashSet<string> Large { get; } = ["onnx/model.onnx", "onnx/model_fp16.onnx"];

    /// <summary>Null: public.</summary>
    public string? Token { get; set; }

    /// <summary>Answers with this status instead, one each.</summary>
    public ConcurrentQueue<int> Faults { get; } = new();

    /// <summary>Storage breaks off after so many bytes, once for each entry.</summary>
    public ConcurrentQueue<int> BreakAfter { get; } = new();

    /// <summary>Storage says nothing more after so many bytes and keeps the connection, once for each entry.</summary>
    public ConcurrentQueue<int> StallAfter { get; } = new();

    /// <summary>Storage sends other bytes, so many times.</summary>
    public int Damages { get; set; }
    public bool KnowsRanges { get; set; } = true;

    /// <summary>"host path range", in order.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();
    public bool StorageSawToken { get; private set; }

    /// <summary>Seconds that a 429 asks to wait.</summary>
    public string RetryAfter { get; set; } = "7";

    /// <summary>What it says in place of a list of files; null: the list.</summary>
    public string? Listing { get; set; }

    /// <summary>What it says of a revision.</summary>
    public string Sha { get; set; } = Commit;

    /// <summary>Config.json is said to be on another name of this machine, on the hub's own port.</summary>
    public bool RedirectsToAnotherName { get; set; }

    /// <summary>Whether a request under that name carried a token; null: none came.</summary>
    public bool? OtherNameSawToken { get; private set; }

    public FakeHub With(string path, byte[] content)
    {
        _files[path] = content;
        return this;
    }

    public FakeHub Without(string path)
    {
        _files.Remove(path);
        return this;
    }

    public FakeHub With(string path, string content) => With(path, Encoding.UTF8.GetBytes(content));

    public static async Task<FakeHub> StartAsync()
    {
        var (app, storage) = (Build(), Build());
        var hub = new FakeHub(app, storage);
        app.Run(hub.ServeAsync);
        storage.Run(hub.ServeStorageAsync);
        await app.StartAsync();
        await storage.StartAsync();
        (hub.Url, hub.StorageUrl) = (app.Urls.First(), storage.Urls.First());
        return hub.With("config.json", "{}")
            .With("tokenizer.json", """{"model":{}}""")
            .With("pytorch_model.bin", "never fetched")
            .With("onnx/model.onnx", RandomNumberGenerator.GetBytes(300_000))
            .With("1_Pooling/config.json", "{}");
    }

    static WebApplication Build()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        return builder.Build();
    }

    async Task ServeAsync(HttpContext http)
    {
        var path = http.Request.Path.Value!.TrimStart('/');
        Requests.Enqueue("hub " + path);
        if (Faults.TryDequeue(out var status))
        {
            http.Response.StatusCode = status;
            if (status == 429)
            {
                http.Response.Headers.RetryAfter = RetryAfter;
            }

            return;
        }
        if (http.Request.Host.Host == "localhost")
        {
            OtherNameSawToken = http.Request.Headers.Authorization.Count > 0;
            await http.Response.Body.WriteAsync(_files["config.json"]);
            return;
        }

        if (Token is not null && http.Request.Headers.Authorization != $"Bearer {Token}")
        {
            http.Response.StatusCode = 401;
            return;
        }
        const string api = "api/models/owner/name/revision/",
            resolve = "owner/name/resolve/" + Commit + "/";
        if (path.StartsWith(api, StringComparison.Ordinal) && path[api.Length..] is "main" or "v1.0" or "refs%2Fpr%2F1")
        {
            await (
                Listing is null
                    ? http.Response.WriteAsJsonAsync(new { sha = Sha, siblings = _files.Select(Sibling) })
                    : http.Response.WriteAsync(Listing)
            );
        }
        else if (path.StartsWith(resolve, StringComparison.Ordinal) && _files.TryGetValue(path[resolve.Length..], out var content))
        {
            if (RedirectsToAnotherName && path.EndsWith("/config.json", StringComparison.Ordinal))
            {
                http.Response.Redirect($"http://localhost:{new Uri(Url).Port}/config.json", permanent: false);
            }
            else if (Large.Contains(path[resolve.Length..]))
            {
                http.Response.Redirect($"{StorageUrl}/{path[resolve.Length..]}?signed=1", permanent: false);
            }
            else
            {
                await http.Response.Body.WriteAsync(content);
            }
        }
        else
        {
            http.Response.StatusCode = 404;
        }
    }

    object Sibling(KeyValuePair<string, byte[]> file) =>
        Large.Contains(file.Key)
            ? new
            {
                rfilename = file.Key,
                size = file.Value.Length,
                blobId = "x",
                lfs = (object?)new { sha256 = Convert.ToHexStringLower(SHA256.HashData(file.Value)), size = file.Value.Length },
            }
#pragma warning disable CA5350 // Git's own hash.
            : new
            {
                rfilename = file.Key,
                size = file.Value.Length,
                blobId = Convert.ToHexStringLower(
                    SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {file.Value.Length}\0"), .. file.Value])
                ),
                lfs = (object?)null,
            };
#pragma warning restore CA5350

    async Task ServeStorageAsync(HttpContext http)
    {
        var path = http.Request.Path.Value!.TrimStart('/');
        var range = http.Request.Headers.Range.ToString();
        Requests.Enqueue($"storage {path} {range}".TrimEnd());
        StorageSawToken |= http.Request.Headers.Authorization.Count > 0;
        var content = _files[path];
        var from = KnowsRanges && range.Length > 0 ? int.Parse(range["bytes=".Length..].TrimEnd('-')) : 0;
        if (from > 0)
        {
            http.Response.StatusCode = 206;
            http.Response.Headers.ContentRange = $"bytes {from}-{content.Length - 1}/{content.Length}";
        }
        var body = content[from..];
        if (Damages-- > 0)
        {
            body = new byte[body.Length];
        }

        http.Response.ContentLength = body.Length;
        if (BreakAfter.TryDequeue(out var bytes))
        {
            await http.Response.Body.WriteAsync(body.AsMemory(0, bytes));
            await http.Response.Body.FlushAsync();
            await Task.Delay(100);
            http.Abort();
            return;
        }
        if (StallAfter.TryDequeue(out var some))
        {
            await http.Response.Body.WriteAsync(body.AsMemory(0, some));
            await http.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            return;
        }
        await http.Response.Body.WriteAsync(body);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _storage.DisposeAsync();
    }
}
