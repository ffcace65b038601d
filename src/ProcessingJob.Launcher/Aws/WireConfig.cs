using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;

namespace ProcessingJob.Launcher.Aws;

/// <summary>The SDK's configuration object for one of our services; endpoint overrides come from the base class by service id.</summary>
sealed class WireConfig : ClientConfig, IEndpointProvider
{
    readonly AwsService _service;

    public WireConfig(AwsService service)
        : base(new Defaults())
    {
        _service = service;
        ServiceId = service.ServiceId;
        AuthenticationServiceName = service.SigningName;
        EndpointProvider = this;
    }

    public override string ServiceVersion => _service.Version;
    public override string UserAgent => "processingjob";
    public override string RegionEndpointServiceName => _service.HostPrefix;

    public Endpoint ResolveEndpoint(EndpointParameters parameters) => Resolve();

    public override Endpoint DetermineServiceOperationEndpoint(ServiceOperationEndpointParameters parameters) => Resolve();

    Endpoint Resolve() =>
        new(ServiceURL ?? _service.DefaultEndpoint(RegionEndpoint ?? RegionEndpoint.GetBySystemName(AuthenticationRegion)));

    sealed class Defaults : IDefaultConfigurationProvider
    {
        public IDefaultConfiguration GetDefaultConfiguration(
            RegionEndpoint clientRegion,
            DefaultConfigurationMode? requestedConfigurationMode
        ) => new DefaultConfiguration { Name = DefaultConfigurationMode.Standard, RetryMode = RequestRetryMode.Standard };
    }
}
