using Amazon.Runtime;
using Amazon.Runtime.Credentials.Internal;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Auth;

namespace ProcessingJob.Launcher.Aws;

/// <summary>A service client whose requests and answers are bodies of text; everything else is AWSSDK.Core's own pipeline.</summary>
public abstract class AwsWireClient : AmazonServiceClient
{
    readonly WireMarshaller _marshaller;

    private protected AwsWireClient(AwsService service, AwsConnection connection)
        : base(
            connection.ResolveCredentials(),
            connection.Apply(new WireConfig(service), service.SigningRegion(connection.RegionEndpoint))
        ) => _marshaller = new WireMarshaller(service.ServiceId);

    /// <summary>Where requests go, for messages.</summary>
    public string Endpoint => Config.DetermineServiceOperationEndpoint(new ServiceOperationEndpointParameters(new WireRequest())).URL;

    private protected abstract (string ContentType, string? Target) Headers(string operation);

    private protected async Task<string> SendAsync(string operation, byte[] body, CancellationToken cancellationToken)
    {
        var (contentType, target) = Headers(operation);
        var request = new WireRequest
        {
            Body = body,
            ContentType = contentType,
            Target = target,
        };
        var options = new InvokeOptions { RequestMarshaller = _marshaller, ResponseUnmarshaller = WireUnmarshaller.Instance };
        var response = await InvokeAsync<WireResponse>(request, options, cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    protected override IServiceMetadata ServiceMetadata => Metadata.Instance;

    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        pipeline.AddHandlerAfter<Marshaller>(new EndpointResolver());
        pipeline.AddHandlerAfter<EndpointResolver>(new AuthResolver());
    }

    sealed class EndpointResolver : BaseEndpointResolver
    {
        protected override void ServiceSpecificHandler(IExecutionContext executionContext, EndpointParameters parameters) { }

        protected override EndpointParameters MapEndpointsParameters(IRequestContext requestContext) => new();
    }

    sealed class AuthResolver : BaseAuthResolverHandler
    {
        protected override List<IAuthSchemeOption> ResolveAuthOptions(IExecutionContext executionContext) => AuthSchemeOption.DEFAULT_SIGV4;
    }

    sealed class Metadata : IServiceMetadata
    {
        public static readonly Metadata Instance = new();
        public string ServiceId => "ProcessingJob";
        public IDictionary<string, string> OperationNameMapping { get; } = new Dictionary<string, string>();
    }
}
