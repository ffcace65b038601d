using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using Amazon.S3;
using Amazon.SecurityToken;
using ProcessingJob.Contract;
using ProcessingJob.Storage;

namespace ProcessingJob.Launcher.Aws;

/// <summary>Region, credentials and retry policy that every client of one launcher shares.</summary>
/// <remarks>
/// Endpoints come from the SDK's own rules: <c>AWS_ENDPOINT_URL_SAGEMAKER</c> (per service), then <c>AWS_ENDPOINT_URL</c>,
/// then AWS. <see cref="Endpoints"/> overrides both and is meant for tests that run several servers in one process.
/// </remarks>
public sealed record AwsConnection
{
    /// <summary>System name of the region, such as us-east-1.</summary>
    public required string Region { get; init; }

    /// <summary>Null: the SDK's chain (environment, profile, SSO, web identity, container, instance).</summary>
    public AWSCredentials? Credentials { get; init; }

    /// <summary>Endpoint by AWS service id ("SageMaker", "S3", "STS", …); takes precedence over the environment.</summary>
    public IReadOnlyDictionary<string, string> Endpoints { get; init; } = new Dictionary<string, string>();

    /// <summary>Attempts after the first for throttling, 5xx and connection errors, with the SDK's jittered back-off.</summary>
    public int MaxErrorRetry { get; init; } = 5;

    /// <summary>Time limit of one attempt.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    public RegionEndpoint RegionEndpoint => RegionEndpoint.GetBySystemName(Region);

    /// <summary>The region to use: the spec's, else the SDK's chain (AWS_REGION, profile).</summary>
    /// <exception cref="PJobException">No region anywhere.</exception>
    public static AwsConnection Create(string? region)
    {
        // A variable that is there but empty is not set: CI leaves those behind.
        var found =
            new[]
            {
                region,
                Environment.GetEnvironmentVariable("AWS_REGION"),
                Environment.GetEnvironmentVariable("AWS_DEFAULT_REGION"),
            }.FirstOrDefault(r => !string.IsNullOrWhiteSpace(r))
            ?? FallbackRegionFactory.GetRegionEndpoint()?.SystemName;
        return found is null
            ? throw new PJobException(
                "No AWS region: aws.region is not set, and neither AWS_REGION nor the profile names one; fix: set aws.region in "
                    + "job.yaml, or AWS_REGION",
                ExitCode.BadSpec
            )
            : new AwsConnection { Region = found };
    }

    /// <summary>The credentials given, or the first that the SDK's chain finds.</summary>
    /// <exception cref="PJobException">The chain found none.</exception>
    public AWSCredentials ResolveCredentials()
    {
        if (Credentials is not null)
        {
            return Credentials;
        }

        try
        {
            return DefaultAWSCredentialsIdentityResolver.GetCredentials();
        }
        catch (AmazonClientException e)
        {
            // Where nothing was found anywhere the SDK lists each of its providers on a line of its own.
            var why = e.Message.Contains('\n', StringComparison.Ordinal)
                ? "neither the environment nor a profile, a container's or an instance's role has any"
                : AwsErrors.Words(e);
            throw new PJobException(
                $"No AWS credentials: {why}; fix: sign in with aws sso login or aws configure, or set AWS_PROFILE",
                ExitCode.Remote,
                e
            );
        }
    }

    public AwsJsonClient JsonClient(AwsService service) => new(service, this);

    public AwsQueryClient QueryClient(AwsService service) => new(service, this);

    /// <summary>
    /// How the launcher calls S3: its client tries again by itself after a refusal, but not when an answer is cut in its middle.
    /// </summary>
    public static S3Options S3Options { get; } = new() { Attempts = 3, Refused = ExitCode.Remote };

    /// <summary>An S3 client.</summary>
    public IAmazonS3 S3(string? region = null) =>
        S3Clients.Create(region ?? Region, ResolveCredentials(), Endpoints.GetValueOrDefault("S3"), MaxErrorRetry, Timeout);

    public IAmazonSecurityTokenService Sts() =>
        new AmazonSecurityTokenServiceClient(ResolveCredentials(), Apply(new AmazonSecurityTokenServiceConfig()));

    internal T Apply<T>(T config, string? region = null)
        where T : ClientConfig
    {
        config.RegionEndpoint = region is null ? RegionEndpoint : RegionEndpoint.GetBySystemName(region);
        config.MaxErrorRetry = MaxErrorRetry;
        config.RetryMode = RequestRetryMode.Standard;
        config.Timeout = Timeout;
        // Setting the URL clears the region, so the signing region is said apart.
        if (Endpoints.TryGetValue(config.ServiceId, out var url))
        {
            config.ServiceURL = url;
        }

        config.AuthenticationRegion = region ?? Region;
        return config;
    }
}
