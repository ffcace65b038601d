using System.Net;
using System.Net.Sockets;
using ProcessingJob.Contract.Wire;

namespace ProcessingJob.EndToEnd.Tests;

/// <summary>
/// A collector: takes OTLP over HTTP as protobuf (https://opentelemetry.io/docs/specs/otlp/) and keeps, of the messages of
/// opentelemetry/proto, what tests ask for.
/// </summary>
sealed class OtlpReceiver : IDisposable
{
    readonly HttpListener _listener = new();
    readonly Lock _lock = new();
    readonly Dictionary<string, OtlpMetric> _metrics = [];
    readonly List<OtlpSpan> _spans = [];
    readonly Dictionary<string, string> _resource = [];
    readonly List<string?> _keys = [];

    public OtlpReceiver()
    {
        Endpoint = $"http://127.0.0.1:{FreePort()}";
        _listener.Prefixes.Add(Endpoint + "/");
        _listener.Start();
        _ = ServeAsync();
    }

    public string Endpoint { get; }

    /// <summary>The last value of each metric.</summary>
    public IReadOnlyDictionary<string, OtlpMetric> Metrics => Read(() => new Dictionary<string, OtlpMetric>(_metrics));

    public IReadOnlyList<OtlpSpan> Spans => Read(() => _spans.ToList());

    public IReadOnlyDictionary<string, string> Resource => Read(() => new Dictionary<string, string>(_resource));

    /// <summary>The header x-key of each request.</summary>
    public IReadOnlyList<string?> Keys => Read(() => _keys.ToList());

    public void Dispose() => _listener.Close();

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var context = await _listener.GetContextAsync();
                using var body = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(body);
                lock (_lock)
                {
                    _keys.Add(context.Request.Headers["x-key"]);
                    Take(context.Request.Url!.AbsolutePath, body.ToArray());
                }

                context.Response.ContentType = "application/x-protobuf";
                context.Response.Close();
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // The test has ended.
        }
    }

    void Take(string path, byte[] request)
    {
        // Both requests: resources (1) of a resource (1) and scopes (2) of items (2).
        foreach (var group in Messages(request, 1))
        {
            foreach (var attribute in Messages(group, 1).SelectMany(resource => Messages(resource, 1)))
            {
                var (key, value) = Attribute(attribute);
                _resource[key] = value;
            }

            foreach (var item in Messages(group, 2).SelectMany(scope => Messages(scope, 2)))
            {
                if (path == "/v1/metrics")
                {
                    var metric = ReadMetric(item);
                    _metrics[metric.Name] = metric;
                }
                else if (path == "/v1/traces")
                {
                    _spans.Add(ReadSpan(item));
                }
                else
                {
                    throw new InvalidDataException(path);
                }
            }
        }
    }

    static OtlpMetric ReadMetric(byte[] message)
    {
        const int Gauge = 5,
            Sum = 7;
        var (name, unit, isSum, value) = ("", "", false, double.NaN);
        var reader = new ProtoReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    name = reader.Text;
                    break;
                case 3:
                    unit = reader.Text;
                    break;
                case Gauge or Sum:
                    isSum = reader.Field == Sum;
                    value = Point(Messages(reader.Bytes.ToArray(), 1).Single());
                    break;
            }
        }
        return new(name, unit, isSum, value);
    }

    static double Point(byte[] message)
    {
        var reader = new ProtoReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 4:
                    return BitConverter.Int64BitsToDouble(reader.Number);
                case 6:
                    return reader.Number;
            }
        }
        return double.NaN;
    }

    static OtlpSpan ReadSpan(byte[] message)
    {
        var (id, parent, name, status) = ("", "", "", 0L);
        var attributes = new Dictionary<string, string>();
        var reader = new ProtoReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 2:
                    id = Convert.ToHexString(reader.Bytes);
                    break;
                case 4:
                    parent = Convert.ToHexString(reader.Bytes);
                    break;
                case 5:
                    name = reader.Text;
                    break;
                case 9:
                    var (key, value) = Attribute(reader.Bytes.ToArray());
                    attributes[key] = value;
                    break;
                case 15:
                    status = StatusCode(reader.Bytes.ToArray());
                    break;
            }
        }
        return new(id, parent, name, (int)status, attributes);
    }

    static long StatusCode(byte[] message)
    {
        var reader = new ProtoReader(message);
        while (reader.Next())
        {
            if (reader.Field == 3)
            {
                return reader.Number;
            }
        }
        return 0;
    }

    static (string Key, string Value) Attribute(byte[] message)
    {
        var (key, value) = ("", "");
        var reader = new ProtoReader(message);
        while (reader.Next())
        {
            if (reader.Field == 1)
            {
                key = reader.Text;
            }
            else
            {
                var any = new ProtoReader(reader.Bytes);
                while (any.Next())
                {
                    value = any.Field switch
                    {
                        1 => any.Text,
                        4 => $"{BitConverter.Int64BitsToDouble(any.Number)}",
                        _ => $"{any.Number}",
                    };
                }
            }
        }
        return (key, value);
    }

    static List<byte[]> Messages(byte[] message, int field)
    {
        var found = new List<byte[]>();
        var reader = new ProtoReader(message);
        while (reader.Next())
        {
            if (reader.Field == field)
            {
                found.Add(reader.Bytes.ToArray());
            }
        }
        return found;
    }

    T Read<T>(Func<T> what)
    {
        lock (_lock)
        {
            return what();
        }
    }
}

sealed record OtlpMetric(string Name, string Unit, bool IsSum, double Value);

/// <param name="Status">0 unset, 1 ok, 2 error.</param>
sealed record OtlpSpan(string Id, string Parent, string Name, int Status, IReadOnlyDictionary<string, string> Attributes);
