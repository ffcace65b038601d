using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher.Aws;
using ProcessingJob.Launcher.SageMaker;
using ProcessingJob.Storage;

namespace ProcessingJob.Launcher.Doctor;

/// <summary>Asks IAM whether the execution role may do what a job does with its own buckets, image and logs.</summary>
static class RolePermissions
{
    /// <summary>One finding: good, or the actions that the role's policies deny or do not allow.</summary>
    public static async Task<IEnumerable<DoctorFinding>> ExamineAsync(
        AwsQueryClient iam,
        string role,
        JobSpec spec,
        string partition,
        CancellationToken cancellationToken
    )
    {
        var (denied, missing) = (new List<string>(), new List<string>());
        foreach (var (resource, actions) in Needed(spec, partition))
        {
            var answer = await iam.CallAsync(
                    "SimulatePrincipalPolicy",
                    [
                        ("PolicySourceArn", role),
                        ("ResourceArns.member.1", resource),
                        .. actions.Select((a, i) => ($"ActionNames.member.{i + 1}", a)),
                    ],
                    cancellationToken
                )
                .ConfigureAwait(false);
            foreach (var result in answer.Descendants("member").Where(m => m.Element("EvalDecision") is not null))
            {
                var what = $"{result.Element("EvalActionName")?.Value} on {resource}";
                if (result.Element("EvalDecision")!.Value == "explicitDeny")
                {
                    denied.Add(what);
                }
                else if (result.Element("EvalDecision")!.Value == "implicitDeny")
                {
                    missing.Add(what);
                }
            }
        }
        if (denied.Count > 0)
        {
            return
            [
                new(
                    "role",
                    Health.Bad,
                    $"denied: {string.Join(", ", denied)}",
                    "remove the deny statement, or use the role of infra/template.yaml"
                ),
            ];
        }
        // A bucket's or repository's own policy may still allow it, and is not part of the simulation.
        return
        [
            missing.Count > 0
                ? new(
                    "role",
                    Health.Warning,
                    $"not allowed by its policies: {string.Join(", ", missing)}",
                    "allow it in the role (DataBucketArns of infra/template.yaml), unless the resource's own policy allows it"
                )
                : new("role", Health.Good, "may read and write the job's buckets, pull its image and write its logs"),
        ];
    }

    /// <summary>What the hosts do, by ARN.</summary>
    static IEnumerable<(string Resource, string[] Actions)> Needed(JobSpec spec, string partition)
    {
        string S3(S3Uri uri, string key = "") => $"arn:{partition}:s3:::{uri.Bucket}{key}";
        foreach (var (key, address) in new[] { ("input.data", spec.Input.Data), ("model", spec.Model) })
        {
            if (!S3Uri.IsS3(address))
            {
                continue;
            }

            var uri = S3Uri.Parse(address, key);
            yield return (S3(uri), ["s3:ListBucket"]);
            yield return (S3(uri, $"/{uri.Key}"), ["s3:GetObject"]);
        }
        if (S3Uri.IsS3(spec.Output.Data))
        {
            var uri = S3Uri.Parse(spec.Output.Data, "output.data").AsFolder();
            // The spec, and what is on this machine, is staged in the output's bucket.
            yield return (S3(uri, "/processingjob/"), ["s3:GetObject"]);
            yield return (S3(uri, $"/{uri.Key}"), ["s3:PutObject"]);
        }
        if (spec.Aws.Image is { } image && ImageResolver.RepositoryArn(image, partition) is { } repository)
        {
            yield return (repository, ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]);
        }

        yield return ("*", ["ecr:GetAuthorizationToken"]);
    }
}
