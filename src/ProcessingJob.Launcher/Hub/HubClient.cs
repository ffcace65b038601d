using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Launcher.Hub;

/// <summary>How to reach the hub.</summary>
public sealed record HubOptions
{
    /// <summary>HF_ENDPOINT, or the public hub.</summary>
    public string Endpoint { get; init; } =
        Environment.GetEnvironmentVariable("HF_ENDPOINT") is { Length: > 0 } e ? e.TrimEnd('/') : "https://huggingface.co";

    /// <summary>HF_TOKEN; null for public models.</summary>
    public string? Token { get; init; } = Environment.GetEnvironmentVariable("HF_TOKEN") is { Length: > 0 } t ? t : null;

    /// <summary>Where models are kept: PROCESSINGJOB_CACHE, or the user's cache folder.</summary>
    public string Cache { get; init; } =
        Environment.GetEnvironmentVariable("PROCESSINGJOB_CACHE") is { Length: > 0 } c
            ? c
            : Path.Combine(
                Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } x
                    ? x
                    : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
                "processingjob"
            );

    /// <summary>compute.model_file.</summary>
    public string ModelFile { get; init; } = "auto";
    public DeviceKind Device { get; init; } = DeviceKind.Auto;

    /// <summary>Attempts per request when the hub is busy or a connection breaks.</summary>
    public int Tries { get; init; } = 6;

    /// <summary>A connection that brings nothing for so long counts as broken.</summary>
    public TimeSpan Stall { get; init; } = TimeSpan.FromSeconds(60);
}

/// <summary>Bytes of one file so far, and of all.</summary>
/// <param name="Note">What went wrong and when it is tried again; null: nothing did.</param>
public sealed record HubProgress(string File, long Bytes, long Size, string? Note = null);

/// <summary>Fetches models: resumable, checked by hash, cached by commit; a folder in the cache is always whole.</summary>
public sealed partial class HubClient : IDisposable
{
    readonly HttpClient _http;
    readonly HubOptions _options;
    readonly TimeProvider _time;

    public HubClient(HubOptions options, TimeProvider? time = null)
    {
        (_options, _time) = (options, time ?? TimeProvider.System);
        // Redirects lead to storage on other hosts, which must not see the token: they are followed by hand.
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("processingjob");
    }

    /// <summary>Fetches what is needed of a model and returns its folder; a model that is cached whole is not fetched again.</summary>
    /// <exception cref="PJobException">Exit code 4: no such model, no access, or damaged; 1: the hub cannot be reached.</exception>
    public async Task<string> FetchAsync(
        string address,
        IProgress<HubProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        var model = HubModel.Parse(address);
        var download = new HubDownload(this, _time, _options.Tries, progress);
        var (commit, all) = await download
            .RetryAsync(_options.Endpoint, () => ListAsync(model, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        var family = HubFiles.DependsOnFamily(all)
            ? await download
                .RetryAsync(_options.Endpoint, () => FamilyAsync(model, commit, cancellationToken), cancellationToken)
                .ConfigureAwait(false)
            : null;
        var files = HubFiles.Choose(all, _options.ModelFile, _options.Device, model, family);
        var folder = Path.Combine(
            _options.Cache,
            "hub",
            model.Repository.Replace("/", "--"),
            commit,
            Fingerprints.OfItems(files.Select(f => (f.Path, f.Path)))
        );
        if (Directory.Exists(folder))
        {
            return folder;
        }

        using var mine = await LockAsync(folder + ".lock", cancellationToken).ConfigureAwait(false);
        if (Directory.Exists(folder))
        {
            return folder;
        }

        var unfinished = folder + ".part";
        foreach (var file in files)
        {
            await download
                .FetchAsync(UrlOf(model, commit, file.Path), file, Path.Combine(unfinished, file.Path), cancellationToken)
                .ConfigureAwait(false);
        }

        Directory.Move(unfinished, folder);
        return folder;
    }

    string UrlOf(HubModel model, string commit, string path) =>
        $"{_options.Endpoint}/{model.Repository}/resolve/{commit}/{EscapePath(path)}";

    /// <summary>config.json's model_type, which says whether a graph can be built; null where it has none.</summary>
    async Task<string?> FamilyAsync(HubModel model, string commit, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(UrlOf(model, commit, HubFiles.Config), 0, cancellationToken).ConfigureAwait(false);
        Check(answer, HubFiles.Config);
        try
        {
            using var json = JsonDocument.Parse(await answer.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false));
            return
                json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("model_type", out var type)
                && type.ValueKind == JsonValueKind.String
                ? type.GetString()
                : null;
        }
        catch (JsonException e)
        {
            throw new PJobException($"{model.Repository}: config.json is no JSON: {JsonFault.Of(e)}", ExitCode.Model, e);
        }
    }

    /// <summary>Held while a model is fetched: a second process waits, and then finds it there.</summary>
    async Task<FileStream> LockAsync(string path, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                await Task.Delay(TimeSpan.FromSeconds(1), _time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public void Dispose() => _http.Dispose();

    async Task<(string Commit, IReadOnlyList<HubFile> Files)> ListAsync(HubModel model, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(
                $"{_options.Endpoint}/api/models/{model.Repository}/revision/{Uri.EscapeDataString(model.Revision)}?blobs=true",
                0,
                cancellationToken
            )
            .ConfigureAwait(false);
        Check(answer, $"{model.Repository}@{model.Revision}");
        try
        {
            using var json = JsonDocument.Parse(await answer.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false));
            return Listed(model, json.RootElement);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new PJobException(
                $"{model.Repository}@{model.Revision}: the hub's list of files cannot be read: {JsonFault.Of(e)}",
                ExitCode.Model,
                e
            );
        }
    }

    static (string Commit, IReadOnlyList<HubFile> Files) Listed(HubModel model, JsonElement root)
    {
        var files = new List<HubFile>();
        foreach (var file in root.GetProperty("siblings").EnumerateArray())
        {
            var path = file.GetProperty("rfilename").GetString() ?? "";
            // Names come from the network: none may lead out of the folder.
            if (path.Split('/').Any(p => p is "" or "." or "..") || path.Contains('\\'))
            {
                throw new PJobException($"{model.Repository}: refuses the file name \"{path}\"", ExitCode.Model);
            }

            var sha =
                file.TryGetProperty("lfs", out var lfs) && lfs.ValueKind == JsonValueKind.Object
                    ? lfs.GetProperty("sha256").GetString()
                    : null;
            files.Add(
                new HubFile(
                    path,
                    file.TryGetProperty("size", out var size) ? size.GetInt64() : -1,
                    sha,
                    file.TryGetProperty("blobId", out var blob) ? blob.GetString() : null
                )
            );
        }
        var commit = root.GetProperty("sha").GetString() ?? "";
        // It names a folder of the cache, and what is fetched next.
        return CommitPattern().IsMatch(commit)
            ? (commit, files)
            : throw new PJobException(
                $"{model.Repository}@{model.Revision}: the hub names the commit \"{commit}\", expected 40 hexadecimal digits",
                ExitCode.Model
            );
    }

    /// <summary>One GET, redirects followed; the token goes to the hub's own host only.</summary>
    internal async Task<HttpResponseMessage> SendAsync(string url, long from, CancellationToken cancellationToken)
    {
        var at = new Uri(url);
        for (var hops = 0; hops < 10; hops++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, at);
            if (from > 0)
            {
                request.Headers.Range = new RangeHeaderValue(from, null);
            }

            if (_options.Token is { } token && IsHub(at, new Uri(_options.Endpoint)))
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            }

            var answer = await WithinAsync(
                    token => _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token),
                    cancellationToken
                )
                .ConfigureAwait(false);
            if ((int)answer.StatusCode is not (301 or 302 or 303 or 307 or 308) || answer.Headers.Location is not { } next)
            {
                return answer;
            }

            answer.Dispose();
            at = new Uri(at, next);
        }
        throw new PJobException($"{url}: more than ten redirects", ExitCode.Failed);
    }

    /// <summary>
    /// Whether a request may carry the token: it goes to the hub's own host and port, encrypted unless it stays on this machine.
    /// </summary>
    internal static bool IsHub(Uri at, Uri endpoint) =>
        IsPrivate(at)
        && at.Scheme == endpoint.Scheme
        && at.Port == endpoint.Port
        && string.Equals(at.Host, endpoint.Host, StringComparison.OrdinalIgnoreCase);

    static bool IsPrivate(Uri at) => at.Scheme == Uri.UriSchemeHttps || at.IsLoopback;

    [GeneratedRegex(@"^[0-9a-f]{40}\z")]
    private static partial Regex CommitPattern();

    /// <summary>Waits for the network, but not for ever.</summary>
    /// <exception cref="IOException">Nothing came within the time of <see cref="HubOptions.Stall"/>.</exception>
    internal async Task<T> WithinAsync<T>(Func<CancellationToken, Task<T>> wait, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_options.Stall);
        try
        {
            return await wait(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"nothing arrived for {_options.Stall.TotalSeconds:0.#} s");
        }
    }

    internal void Check(HttpResponseMessage answer, string what)
    {
        var token =
            _options.Token is null ? "set HF_TOKEN to a token of an account that may read it"
            : !IsPrivate(new Uri(_options.Endpoint))
                ? "the token in HF_TOKEN is not sent over http; fix: set HF_ENDPOINT to an https address"
            : "the token in HF_TOKEN may not read it: accept the model's terms on its page, or use another token";
        switch (answer.StatusCode)
        {
            case HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden:
                throw new PJobException(
                    $"{what}: the hub refuses access ({(int)answer.StatusCode}); the model is private, gated or does not exist: {token}",
                    ExitCode.Model
                );
            case HttpStatusCode.NotFound:
                throw new PJobException(
                    $"{what}: the hub has no such model, revision or file; fix: check the spelling on {_options.Endpoint}",
                    ExitCode.Model
                );
            case HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable:
                throw new HubBusyException($"the hub answered {(int)answer.StatusCode}", RetryAfter(answer));
            default:
                if (!answer.IsSuccessStatusCode)
                {
                    throw new HttpRequestException(
                        $"{what}: {_options.Endpoint} answered {(int)answer.StatusCode}",
                        null,
                        answer.StatusCode
                    );
                }

                break;
        }
    }

    /// <exception cref="PJobException">It asks to wait longer than anybody would.</exception>
    TimeSpan? RetryAfter(HttpResponseMessage answer)
    {
        TimeSpan? wait = answer.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } when date > _time.GetUtcNow() => date - _time.GetUtcNow(),
            _ => null,
        };
        return wait <= LongestWait || wait is null
            ? wait
            : throw new PJobException(
                $"the hub answered {(int)answer.StatusCode} and asks to come back in {wait.Value.TotalHours:0} hours; what has arrived is "
                    + "kept"
            );
    }

    static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    static string EscapePath(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
}
