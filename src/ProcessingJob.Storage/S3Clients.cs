using Amazon;
using Amazon.Runtime;
using Amazon.S3;

namespace ProcessingJob.Storage;

/// <summary>S3 clients with the SDK's own credentials chain and checksums.</summary>
public static class S3Clients
{
    /// <param name="region">Null: AWS_REGION, AWS_DEFAULT_REGION or the profile's.</param>
    /// <param name="credentials">Null: the SDK's chain.</param>
    /// <param name="endpoint">Null: AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL, else AWS itself.</param>
    /// <param name="retries">Tries of the SDK's own after the first; 0 where <see cref="S3Calls"/> tries again, so that waits do not
    /// multiply.</param>
    /// <param name="timeout">Limit to one try; null: the SDK's.</param>
    /// <remarks>A service that is not AWS's own is addressed by path, as it has no wildcard names.</remarks>
    public static IAmazonS3 Create(
        string? region,
        AWSCredentials? credentials = null,
        string? endpoint = null,
        int retries = 0,
        TimeSpan? timeout = null
    )
    {
        endpoint ??= Variable("AWS_ENDPOINT_URL_S3") ?? Variable("AWS_ENDPOINT_URL");
        region ??= Variable("AWS_REGION") ?? Variable("AWS_DEFAULT_REGION");
        var config = new AmazonS3Config { MaxErrorRetry = retries, RetryMode = RequestRetryMode.Standard };
        if (timeout is not null)
        {
            config.Timeout = timeout;
        }

        if (region is not null)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }

        if (endpoint is not null)
        {
            // A config has either an endpoint or a region; with an endpoint the region is only what requests are signed for.
            (config.ServiceURL, config.AuthenticationRegion) = (endpoint, region ?? "us-east-1");
        }

        // A profile may name an endpoint too.
        config.ForcePathStyle = config.ServiceURL is not null;
        return credentials is null ? new AmazonS3Client(config) : new AmazonS3Client(credentials, config);
    }

    // A variable that is there but empty is not set: CI leaves those behind.
    static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
