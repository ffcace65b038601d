using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using ProcessingJob.Contract;

namespace ProcessingJob.Launcher.Aws;

/// <summary>What the services' refusals mean to the launcher.</summary>
public static class AwsErrors
{
    /// <summary>
    /// Of Describe and Stop: no such job. The model says ResourceNotFound, the service in practice ValidationException, at times without a
    /// text.
    /// </summary>
    public static bool IsMissingJob(AmazonServiceException e) =>
        e.ErrorCode is "ResourceNotFound" or "ResourceNotFoundException"
        // A name outside the pattern is told in other words, and is a fault of the caller.
        || (e.ErrorCode == "ValidationException" && !Says(e, "failed to satisfy constraint"));

    /// <summary>The job cannot be stopped because it has ended or is stopping already.</summary>
    public static bool IsAlreadyEnded(AmazonServiceException e) => e.ErrorCode == "ValidationException" && Says(e, "is in status");

    /// <summary>A job of that name exists.</summary>
    public static bool IsNameTaken(AmazonServiceException e) => e.ErrorCode is "ResourceInUse" or "ResourceInUseException";

    public static bool IsLimitExceeded(AmazonServiceException e) =>
        e.ErrorCode is "ResourceLimitExceeded" or "ResourceLimitExceededException";

    public static bool IsThrottled(AmazonServiceException e) =>
        e.StatusCode == HttpStatusCode.TooManyRequests
        || e.ErrorCode is "ThrottlingException" or "Throttling" or "RequestLimitExceeded" or "TooManyRequestsException";

    public static bool IsAccessDenied(AmazonServiceException e) =>
        e.ErrorCode is "AccessDeniedException" or "AccessDenied" or "UnauthorizedOperation";

    /// <summary>A role made seconds ago cannot be assumed yet; the same request works a little later.</summary>
    public static bool IsRoleNotReady(AmazonServiceException e) => e.ErrorCode == "ValidationException" && Says(e, "Could not assume role");

    /// <summary>Worth asking again later although the SDK has given up: throttling, 5xx, or nothing heard at all.</summary>
    public static bool IsTransient(Exception e) =>
        e switch
        {
            AmazonServiceException s => IsThrottled(s) || (int)s.StatusCode >= 500 || s.StatusCode == 0,
            AmazonClientException or HttpRequestException or IOException or TimeoutException => true,
            TaskCanceledException t => !t.CancellationToken.IsCancellationRequested,
            _ => false,
        };

    /// <summary>The refusal in one line, with what to do where that is known.</summary>
    public static string Explain(AmazonServiceException e)
    {
        var advice =
            IsAccessDenied(e) ? "; fix: give your identity the permission ('pjob doctor' shows which)"
            : e.ErrorCode is "ExpiredToken" or "ExpiredTokenException" or "UnrecognizedClientException" or "InvalidClientTokenId"
                ? "; fix: sign in again (aws sso login)"
            : "";
        return $"AWS refused: {e.ErrorCode}: {Words(e)}{advice}";
    }

    /// <summary>What a service or the SDK said, without a period at the end.</summary>
    public static string Words(Exception e) => e.Message.TrimEnd('.', ' ');

    /// <summary>AWS's refusals as one clear error.</summary>
    public static async Task<T> ExplainAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (AmazonS3Exception e) when (e.ErrorCode is "NoSuchBucket")
        {
            throw new PJobException(
                $"there is no such bucket: {Words(e)}; fix: check input.data, model and output.data",
                ExitCode.BadSpec,
                e
            );
        }
        catch (AmazonServiceException e)
        {
            throw new PJobException(Explain(e), ExitCode.Remote, e);
        }
        catch (Exception e) when (e is AmazonClientException or HttpRequestException)
        {
            throw new PJobException(
                $"AWS cannot be reached: {Words(e)}; fix: check the network, and the name of the region",
                ExitCode.Remote,
                e
            );
        }
    }

    static bool Says(AmazonServiceException e, string words) => e.Message.Contains(words, StringComparison.OrdinalIgnoreCase);
}
