using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;
using Amazon.S3;

namespace ProcessingJob.Data.Tests;

/// <summary>moto_server on loopback for all S3 tests; without it they are skipped, which the summary shows.</summary>
public sealed class MotoServer : IAsyncLifetime
{
    private Process? _process;

    public Uri? Endpoint { get; private set; }

    public async ValueTask InitializeAsync()
    {
        var port = FreePort();
        try
        {
            var start = new ProcessStartInfo("moto_server", ["-H", "127.0.0.1", "-p", $"{port}"]) { RedirectStandardOutput = true, RedirectStandardError = true };
            _process = Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return;
        }
        _process!.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        using var http = new HttpClient();
        for (var i = 0; i < 300 && !_process.HasExited; i++)
        {
            try
            {
                (await http.GetAsync(new Uri($"http://127.0.0.1:{port}/moto-api/"))).EnsureSuccessStatusCode();
                Endpoint = new($"http://127.0.0.1:{port}");
                return;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(100);
            }
        }
    }

    /// <summary>A client of the server, or of a proxy before it.</summary>
    public IAmazonS3 Client(Uri? through = null)
    {
        Assert.SkipWhen(Endpoint is null, "moto_server is not on this machine (pip install 'moto[server]')");
        return new AmazonS3Client(new BasicAWSCredentials("test", "test"), new AmazonS3Config
        {
            ServiceURL = (through ?? Endpoint).ToString(),
            ForcePathStyle = true,
            AuthenticationRegion = "us-east-1",
            MaxErrorRetry = 0,
        });
    }

    /// <summary>A bucket of one test.</summary>
    public async Task<string> NewBucketAsync()
    {
        var name = $"b-{Guid.NewGuid():n}";
        await Client().PutBucketAsync(name);
        return name;
    }

    public ValueTask DisposeAsync()
    {
        _process?.Kill(entireProcessTree: true);
        _process?.Dispose();
        return default;
    }

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
