namespace ProcessingJob.FakeAws;

/// <summary>How one call is to go wrong.</summary>
/// <param name="Code">The service's error code; null: the call takes effect.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="DropResponse">True: the call takes effect, and then the connection breaks before the answer.</param>
public sealed record Fault(string? Code, string Message, int Status = 400, bool DropResponse = false)
{
    public static readonly Fault Throttle = new("ThrottlingException", "Rate exceeded");
    public static readonly Fault ServerError = new(
        "InternalFailure",
        "The request processing has failed because of an unknown error.",
        500
    );
    public static readonly Fault EmptyValidation = new("ValidationException", "");
    public static readonly Fault AccessDenied = new("AccessDeniedException", "User is not authorized to perform this action");
    public static readonly Fault RoleNotReady = new(
        "ValidationException",
        "Could not assume role. Please ensure that the role exists and allows principal 'sagemaker.amazonaws.com' to assume the role."
    );
    public static readonly Fault Expired = new("ExpiredTokenException", "The security token included in the request is expired");

    /// <summary>Nothing goes wrong: lets a call pass before the next fault.</summary>
    public static readonly Fault None = new(null, "");
    public static readonly Fault LostResponse = new(null, "", DropResponse: true);

    public static Fault LimitExceeded(string type) =>
        new(
            "ResourceLimitExceeded",
            $"The account-level service limit '{type} for processing job usage' is 0 Instances, with current utilization of 0 "
                + "Instances and a request delta of 1 Instances. Please contact AWS support to request an increase for this limit."
        );
}
