using System.Net;
using System.Xml;
using Amazon.Runtime;
using Amazon.S3;
using ProcessingJob.Contract;

namespace ProcessingJob.Data;

/// <summary>Calls to S3 with retries of our own (waits with full jitter, a limit to each try) and failures in the user's words.</summary>
public sealed class S3Calls(IAmazonS3 client, S3ReadOptions options, TimeProvider? time = null)
{
    static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);
    readonly TimeProvider _time = time ?? TimeProvider.System;

    public S3ReadOptions Options => options;
    public TimeProvider Time => _time;

    /// <param name="what">The object or prefix, for messages.</param>
    /// <param name="call">One try.</param>
    /// <param name="cancellationToken">Ends the waiting too.</param>
    /// <exception cref="PJobException">The last try failed, or the fault is one that does not go away.</exception>
    public async Task<T> RunAsync<T>(string what, Func<IAmazonS3, CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            using var timer = new CancellationTokenSource(options.Timeout, _time);
            using var link = timer.Token.Register(limit.Cancel);
            try
            {
                return await call(client, limit.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested && IsTransient(e))
            {
                if (attempt >= options.Attempts)
                {
                    throw new PJobException(
                        $"{what}: S3 did not answer in {attempt} tries; the last said: {e.Message}",
                        ExitCode.Failed,
                        e
                    );
                }

                var longest = Math.Min(LongestWait.TotalMilliseconds, options.RetryDelay.TotalMilliseconds * Math.Pow(2, attempt));
                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.NextDouble() * longest), _time, cancellationToken)
                    .ConfigureAwait(false);
            }
            catch (AmazonS3Exception e) when (Explain(e) is { } reason)
            {
                throw new PJobException($"{what}: {reason}", ExitCode.Failed, e);
            }
            catch (AmazonClientException e)
            {
                throw new PJobException(
                    $"{what}: no AWS credentials or region: {e.Message}; set a role, AWS_PROFILE or AWS_ACCESS_KEY_ID, and AWS_REGION",
                    ExitCode.Failed,
                    e
                );
            }
        }
    }

    static bool IsTransient(Exception e) =>
        e switch
        {
            AmazonServiceException s => (int)s.StatusCode >= 500
                || s.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.Conflict
                || s.ErrorCode is "SlowDown" or "RequestTimeout" or "Throttling" or "RequestTimeTooSkewed" or "InternalError"
                || (s.StatusCode == 0 && s.InnerException is not null),
            // What came or went was spoilt on the way; other faults of the client do not go away.
            AmazonClientException c => c.Message.Contains("hash", StringComparison.OrdinalIgnoreCase),
            HttpRequestException or IOException or TimeoutException or OperationCanceledException or XmlException => true,
            _ => false,
        };

    static string? Explain(AmazonS3Exception e) =>
        (e.StatusCode, e.ErrorCode) switch
        {
            (_, "ExpiredToken" or "InvalidAccessKeyId" or "SignatureDoesNotMatch") =>
                $"the credentials are refused: {e.Message}; renew them",
            (HttpStatusCode.Forbidden, _) =>
                $"access denied ({e.ErrorCode}); the role needs s3:GetObject, s3:ListBucket, and for an output s3:PutObject and s3:AbortMultipartUpload there, and kms:Decrypt or kms:GenerateDataKey if it is encrypted with a key",
            (_, "NoSuchUpload") => null,
            (_, "NoSuchBucket") => "no such bucket; check the name and the account",
            (HttpStatusCode.NotFound, _) => "no such object; it was deleted, or the name is wrong: plan again",
            (HttpStatusCode.PreconditionFailed, _) => null,
            (HttpStatusCode.MovedPermanently or HttpStatusCode.TemporaryRedirect, _) or (_, "AuthorizationHeaderMalformed") =>
                $"the bucket is in another region: {e.Message}; set AWS_REGION",
            _ => $"S3 refused: {e.Message} ({(int)e.StatusCode} {e.ErrorCode})",
        };
}
