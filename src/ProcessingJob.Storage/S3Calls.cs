using System.Net;
using System.Xml;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.S3;
using ProcessingJob.Contract;

namespace ProcessingJob.Storage;

/// <summary>Calls to S3 with retries of our own (waits with full jitter, a limit to each try) and failures in the user's words.</summary>
public sealed class S3Calls(IAmazonS3 client, S3Options options, Retry? retry = null)
{
    static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);
    readonly Retry _retry = retry ?? new(TimeProvider.System);

    public IAmazonS3 Client => client;
    public S3Options Options => options;
    public TimeProvider Time => _retry.Time;

    /// <summary>One call, of at most <see cref="S3Options.Timeout"/> a try.</summary>
    /// <param name="what">The object or prefix, for messages.</param>
    /// <param name="call">One try.</param>
    /// <param name="cancellationToken">Ends the waiting too.</param>
    /// <exception cref="PJobException">The last try failed, or the fault is one that does not go away.</exception>
    public Task<T> RunAsync<T>(string what, Func<IAmazonS3, CancellationToken, Task<T>> call, CancellationToken cancellationToken) =>
        RunAsync(what, call, options.Timeout, cancellationToken);

    /// <summary>The same with another limit to each try.</summary>
    public async Task<T> RunAsync<T>(
        string what,
        Func<IAmazonS3, CancellationToken, Task<T>> call,
        TimeSpan timeout,
        CancellationToken cancellationToken
    )
    {
        var attempts = 0;
        try
        {
            return await _retry
                .RunAsync(
                    async token =>
                    {
                        using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
                        using var timer = new CancellationTokenSource(timeout, Time);
                        using var link = timer.Token.Register(limit.Cancel);
                        return await call(client, limit.Token).ConfigureAwait(false);
                    },
                    (e, attempt) =>
                    {
                        attempts = attempt;
                        return IsTransient(e) && attempt < options.Attempts
                            ? _retry.FullJitter(options.RetryDelay, attempt, LongestWait)
                            : null;
                    },
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && IsTransient(e))
        {
            throw new PJobException(
                $"{what}: S3 did not answer in {attempts} {(attempts == 1 ? "try" : "tries")}; the last said: {e.Message}",
                options.Refused,
                e
            );
        }
        catch (AmazonS3Exception e) when (e.ErrorCode == "NoSuchBucket")
        {
            throw new PJobException($"{what}: no such bucket; fix: check the name and the account", ExitCode.BadSpec, e);
        }
        catch (AmazonS3Exception e) when (IsElsewhere(e))
        {
            throw new PJobException($"{what}: {Elsewhere(e)}", ExitCode.BadSpec, e);
        }
        catch (AmazonS3Exception e) when (Explain(e) is { } reason)
        {
            throw new PJobException($"{what}: {reason}", options.Refused, e);
        }
        catch (AmazonClientException e)
        {
            throw new PJobException(
                $"{what}: no AWS credentials or region: {e.Message}; fix: set a role, AWS_PROFILE or AWS_ACCESS_KEY_ID, and AWS_REGION",
                options.Refused,
                e
            );
        }
    }

    static bool IsTransient(Exception e) =>
        e switch
        {
            // An answer that was cut; what it says is not known.
            AmazonUnmarshallingException => true,
            AmazonServiceException s => (int)s.StatusCode >= 500
                || s.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.Conflict
                || s.ErrorCode is "SlowDown" or "RequestTimeout" or "Throttling" or "RequestTimeTooSkewed" or "InternalError"
                || (s.StatusCode == 0 && s.InnerException is not null),
            // What came or went was spoilt on the way; other faults of the client do not go away.
            AmazonClientException c => c.Message.Contains("hash", StringComparison.OrdinalIgnoreCase),
            HttpRequestException or IOException or TimeoutException or OperationCanceledException or XmlException => true,
            _ => false,
        };

    /// <summary>Whether S3 says that the bucket has to be asked for in another region.</summary>
    public static bool IsElsewhere(AmazonS3Exception e) =>
        e.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.TemporaryRedirect
        || e.ErrorCode is "AuthorizationHeaderMalformed" or "PermanentRedirect" or "IllegalLocationConstraintException";

    /// <summary>Where the bucket is, where it was looked for, and what to do.</summary>
    string Elsewhere(AmazonS3Exception e) =>
        $"the bucket is in {RegionOf(e) ?? "another region"}, expected "
        + $"{client.Config.RegionEndpoint?.SystemName ?? client.Config.AuthenticationRegion ?? "the region of the job"}; fix: set "
        + $"aws.region{(RegionOf(e) is { } region ? $": {region}" : "")}, or copy the data to a bucket of the job's region";

    /// <summary>The bucket's region, which S3 tells with every such refusal; null where it does not.</summary>
    public static string? RegionOf(AmazonS3Exception e) =>
        e.InnerException is HttpErrorResponseException { Response: { } response }
        && response.GetHeaderValue("x-amz-bucket-region") is { Length: > 0 } region
            ? region
            : null;

    static string? Explain(AmazonS3Exception e) =>
        (e.StatusCode, e.ErrorCode) switch
        {
            (_, "ExpiredToken" or "InvalidAccessKeyId" or "SignatureDoesNotMatch") =>
                $"the credentials are refused: {e.Message}; fix: renew them",
            (HttpStatusCode.Forbidden, _) when e.Message.Contains("requester pays", StringComparison.OrdinalIgnoreCase) =>
                "the bucket lets the requester pay, which SageMaker's copies cannot; fix: copy the data to a bucket of your own "
                    + "(aws s3 cp --request-payer requester)",
            (HttpStatusCode.Forbidden, _) =>
                $"access denied ({e.ErrorCode}); the role needs s3:GetObject, s3:ListBucket, and for an output s3:PutObject and "
                    + "s3:AbortMultipartUpload there, and kms:Decrypt or kms:GenerateDataKey if it is encrypted with a key",
            (_, "NoSuchUpload") => null,
            (HttpStatusCode.NotFound, _) => "no such object; it was deleted, or the name is wrong: plan again",
            (HttpStatusCode.PreconditionFailed, _) => null,
            _ => $"S3 refused: {e.Message} ({(int)e.StatusCode} {e.ErrorCode})",
        };
}
