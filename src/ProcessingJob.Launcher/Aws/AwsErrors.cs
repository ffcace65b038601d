using System.Net;
using Amazon.Runtime;

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
    public static string Told(AmazonServiceException e)
    {
        var advice =
            IsAccessDenied(e) ? " Your identity lacks a permission: 'pjob doctor' shows which."
            : e.ErrorCode is "ExpiredToken" or "ExpiredTokenException" or "UnrecognizedClientException" or "InvalidClientTokenId"
                ? " Sign in again: 'aws sso login'."
            : "";
        return $"AWS refused: {e.ErrorCode}: {e.Message}{advice}";
    }

    static bool Says(AmazonServiceException e, string words) => e.Message.Contains(words, StringComparison.OrdinalIgnoreCase);
}
