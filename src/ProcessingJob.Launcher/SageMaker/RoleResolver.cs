using ProcessingJob.Contract;
using ProcessingJob.Launcher.Aws;

namespace ProcessingJob.Launcher.SageMaker;

/// <summary>The execution role's ARN.</summary>
public sealed class RoleResolver(AwsConnection connection)
{
    /// <param name="role">ARN, or a name in the caller's account.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="PJobException">Exit code 2: not set; 5: the caller's account cannot be told.</exception>
    public async Task<string> ResolveAsync(string? role, CancellationToken cancellationToken = default)
    {
        if (string.IsNullOrWhiteSpace(role))
        {
            throw new PJobException(
                "aws.role: not set; fix: deploy infra/template.yaml once and use its output ExecutionRoleArn",
                ExitCode.BadSpec
            );
        }

        if (role.StartsWith("arn:", StringComparison.Ordinal))
        {
            return role;
        }

        using var sts = connection.Sts();
        try
        {
            var caller = await sts.GetCallerIdentityAsync(new(), cancellationToken).ConfigureAwait(false);
            return $"arn:{connection.RegionEndpoint.PartitionName}:iam::{caller.Account}:role/{role}";
        }
        catch (Amazon.Runtime.AmazonServiceException e)
        {
            throw new PJobException(
                $"aws.role: {role} is a name, and the account it belongs to cannot be told: {AwsErrors.Words(e)}; "
                    + "fix: give its ARN, or sign in",
                ExitCode.Remote,
                e
            );
        }
    }
}
