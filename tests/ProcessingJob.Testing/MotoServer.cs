using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace ProcessingJob.Testing;

/// <summary>moto_server on loopback: S3, STS and SageMaker that nobody here wrote.</summary>
public sealed class MotoServer : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    readonly Process _process;
    readonly HttpClient _client;

    MotoServer(int port)
    {
        Endpoint = new Uri($"http://127.0.0.1:{port}");
        _client = new HttpClient { BaseAddress = Endpoint };
        // The shell ends the server when its standard input closes, so that a test run that is killed leaves none behind.
        _process = Process.Start(
            new ProcessStartInfo(
                "/bin/sh",
                ["-c", $"moto_server -H 127.0.0.1 -p {port} >/dev/null 2>&1 & server=$!; read -r _; kill $server"]
            )
            {
                RedirectStandardInput = true,
            }
        )!;
    }

    /// <summary>http://127.0.0.1:port</summary>
    public Uri Endpoint { get; }

    /// <summary>Starts a server and waits until it answers, or says why a test must be skipped.</summary>
    /// <exception cref="InvalidOperationException">moto_server is there and does not answer within a minute.</exception>
    public static bool TryStart([NotNullWhen(true)] out MotoServer? server, [NotNullWhen(false)] out string? skipReason)
    {
        (server, skipReason) = (null, null);
        if (Tool.Find("moto_server") is null)
        {
            skipReason = "moto_server is not on PATH (pip install 'moto[server]').";
            return false;
        }

        server = new MotoServer(FreePort());
        try
        {
            server.WaitUntilReady();
            return true;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>Forgets all buckets, objects and jobs.</summary>
    public async Task ResetAsync()
    {
        using var answer = await _client.PostAsync(new Uri("/moto-api/reset", UriKind.Relative), null);
        answer.EnsureSuccessStatusCode();
    }

    public void Dispose()
    {
        _process.StandardInput.Dispose();
        _process.WaitForExit();
        _process.Dispose();
        _client.Dispose();
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    void WaitUntilReady()
    {
        for (var watch = Stopwatch.StartNew(); !Answers(); Thread.Sleep(50))
        {
            if (watch.Elapsed > Patience)
            {
                throw new InvalidOperationException($"moto_server at {Endpoint} does not answer.");
            }
        }
    }

    bool Answers()
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/moto-api/");
            using var answer = _client.Send(request);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
