using System.Net;
using System.Text.Json;
using System.Xml.Linq;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;

namespace ProcessingJob.Launcher.Aws;

sealed class WireRequest : AmazonWebServiceRequest
{
    public byte[] Body { get; init; } = [];
    public string ContentType { get; init; } = "";
    public string? Target { get; init; }
}

sealed class WireResponse : AmazonWebServiceResponse
{
    public string Body { get; init; } = "";
}

sealed class WireMarshaller(string serviceName) : IMarshaller<IRequest, AmazonWebServiceRequest>
{
    public IRequest Marshall(AmazonWebServiceRequest input)
    {
        var wire = (WireRequest)input;
        var request = new DefaultRequest(wire, serviceName)
        {
            HttpMethod = "POST",
            ResourcePath = "/",
            Content = wire.Body,
        };
        request.Headers["Content-Type"] = wire.ContentType;
        if (wire.Target is not null)
        {
            request.Headers["X-Amz-Target"] = wire.Target;
        }

        return request;
    }
}

/// <summary>Bodies as text; errors of both protocols as <see cref="AmazonServiceException"/> with the bare code.</summary>
sealed class WireUnmarshaller : JsonResponseUnmarshaller
{
    public static readonly WireUnmarshaller Instance = new();

    public override AmazonWebServiceResponse Unmarshall(JsonUnmarshallerContext input) => new WireResponse { Body = Read(input) };

    public override AmazonServiceException UnmarshallException(
        JsonUnmarshallerContext input,
        Exception innerException,
        HttpStatusCode statusCode
    )
    {
        var body = Read(input);
        var header = input.ResponseData.GetHeaderValue("x-amzn-ErrorType") ?? "";
        var (code, message) = body.TrimStart().StartsWith('<') ? FromXml(body) : FromJson(body);
        // Codes may carry a namespace before '#' and, in the header, a URL after ':'.
        code = (code.Length > 0 ? code : header).Split('#')[^1].Split(':')[0];
        return new AmazonServiceException(
            message,
            innerException,
            (int)statusCode >= 500 ? ErrorType.Receiver : ErrorType.Sender,
            code.Length > 0 ? code : statusCode.ToString(),
            input.ResponseData.GetHeaderValue("x-amzn-RequestId"),
            statusCode
        );
    }

    static string Read(JsonUnmarshallerContext input)
    {
        using var reader = new StreamReader(input.Stream);
        return reader.ReadToEnd();
    }

    static (string Code, string Message) FromJson(string body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            string Text(params ReadOnlySpan<string> names)
            {
                foreach (var name in names)
                {
                    if (json.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String)
                    {
                        return value.GetString()!;
                    }
                }

                return "";
            }
            return (Text("__type", "code"), Text("message", "Message"));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return ("", Line(body));
        }
    }

    static (string Code, string Message) FromXml(string body)
    {
        try
        {
            var elements = XElement.Parse(body).DescendantsAndSelf().ToLookup(e => e.Name.LocalName, e => e.Value);
            return (elements["Code"].FirstOrDefault() ?? "", elements["Message"].FirstOrDefault() ?? "");
        }
        catch (System.Xml.XmlException)
        {
            return ("", Line(body));
        }
    }

    // A proxy's page, most likely.
    static string Line(string body) =>
        string.Join(' ', body.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)) is var line && line.Length > 300
            ? line[..300]
            : line;
}
