using Amazon;
using Amazon.S3;

namespace ProcessingJob.Data;

/// <summary>S3 clients with the SDK's own credentials chain and checksums; tries again only where <see cref="S3Calls"/> does, so that waits do not multiply.</summary>
public static class S3Clients
{
    /// <param name="region">Null: AWS_REGION, AWS_DEFAULT_REGION or the profile's.</param>
    /// <remarks>AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_S3 lead to another service that speaks S3, addressed by path.</remarks>
    public static IAmazonS3 Create(string? region)
    {
        var endpoint = Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL_S3") ?? Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL");
        region ??= Environment.GetEnvironmentVariable("AWS_REGION") ?? Environment.GetEnvironmentVariable("AWS_DEFAULT_REGION");
        var config = new AmazonS3Config { MaxErrorRetry = 0 };
        if (endpoint is { Length: > 0 })
        {
            // A config has either an endpoint or a region; with an endpoint the region is only what requests are signed for.
            (config.ServiceURL, config.ForcePathStyle, config.AuthenticationRegion) = (endpoint, true, region ?? "us-east-1");
        }
        else if (region is not null)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }
        return new AmazonS3Client(config);
    }
}
