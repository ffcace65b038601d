using System.Text.Json;
using System.Xml.Linq;
using Amazon.Runtime;
using Amazon.S3;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher.Aws;
using ProcessingJob.Launcher.SageMaker;
using ProcessingJob.Storage;

namespace ProcessingJob.Launcher.Doctor;

/// <summary>Checks everything a job needs in the account and names a fix for every problem. Changes nothing.</summary>
public sealed class AwsDoctor(AwsConnection connection)
{
    /// <summary>The findings, one check after the other; a check that cannot be made is a finding too.</summary>
    public async IAsyncEnumerable<DoctorFinding> ExamineAsync(
        JobSpec spec,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        var identity = await IdentityAsync(cancellationToken).ConfigureAwait(false);
        yield return identity;
        // Without credentials every other check would say the same.
        if (identity.Health == Health.Bad)
        {
            yield break;
        }

        var checks = new (string Subject, Func<Task<IEnumerable<DoctorFinding>>> Check)[]
        {
            ("role", () => RoleAsync(spec, cancellationToken)),
            ("image", () => ImageAsync(spec, cancellationToken)),
            ("bucket", () => BucketsAsync(spec, cancellationToken)),
            ("quota", () => QuotasAsync(spec, cancellationToken)),
            ("network", () => NetworkAsync(spec, cancellationToken)),
        };
        foreach (var (subject, check) in checks)
        {
            foreach (var finding in await GuardAsync(subject, check).ConfigureAwait(false))
            {
                yield return finding;
            }
        }
    }

    async Task<DoctorFinding> IdentityAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var sts = connection.Sts();
            var caller = await sts.GetCallerIdentityAsync(new(), cancellationToken).ConfigureAwait(false);
            return new("credentials", Health.Good, $"{caller.Arn} in {connection.Region}");
        }
        catch (Exception e) when (e is AmazonClientException or AmazonServiceException or PJobException or HttpRequestException)
        {
            return new("credentials", Health.Bad, e.Message, "aws sso login (or aws configure), then AWS_PROFILE=…");
        }
    }

    async Task<IEnumerable<DoctorFinding>> RoleAsync(JobSpec spec, CancellationToken cancellationToken)
    {
        var arn = await new RoleResolver(connection).ResolveAsync(spec.Aws.Role, cancellationToken).ConfigureAwait(false);
        var name = arn[(arn.LastIndexOf('/') + 1)..];
        using var iam = connection.QueryClient(AwsService.Iam);
        XElement role;
        try
        {
            role = await iam.CallAsync("GetRole", [("RoleName", name)], cancellationToken).ConfigureAwait(false);
        }
        catch (AmazonServiceException e) when (e.ErrorCode is "NoSuchEntity" or "NoSuchEntityException")
        {
            return
            [
                new(
                    "role",
                    Health.Bad,
                    $"role {name} does not exist",
                    "aws cloudformation deploy --template-file infra/template.yaml --stack-name pjob --capabilities CAPABILITY_IAM"
                ),
            ];
        }
        var trust = Uri.UnescapeDataString(role.Descendants("AssumeRolePolicyDocument").FirstOrDefault()?.Value ?? "");
        var findings = new List<DoctorFinding>
        {
            trust.Contains("sagemaker.amazonaws.com", StringComparison.Ordinal)
                ? new("role", Health.Good, $"{name} trusts SageMaker")
                : new(
                    "role",
                    Health.Bad,
                    $"{name} does not trust sagemaker.amazonaws.com",
                    $"aws iam update-assume-role-policy --role-name {name} --policy-document file://trust.json (see ExecutionRole "
                        + "in infra/template.yaml)"
                ),
        };
        findings.AddRange(
            await GuardAsync(
                    "role",
                    () => RolePermissions.ExamineAsync(iam, arn, spec, connection.RegionEndpoint.PartitionName, cancellationToken)
                )
                .ConfigureAwait(false)
        );
        return findings;
    }

    async Task<IEnumerable<DoctorFinding>> ImageAsync(JobSpec spec, CancellationToken cancellationToken)
    {
        if (spec.Aws.Image is not { } image)
        {
            return [new("image", Health.Bad, "aws.image is not set", "scripts/publish-image.sh")];
        }

        var types = spec.Compute.InstanceType;
        var found = await new ImageResolver(connection).ResolveAsync(image, cancellationToken).ConfigureAwait(false);
        if (
            types
                .Select(type => Preflight.CpuImage(found, type))
                .Append(Preflight.OtherFormat(found))
                .FirstOrDefault(fault => fault is not null) is
            { } refusal
        )
        {
            return [new("image", Health.Bad, refusal)];
        }

        return
        [
            found.Architecture is null or "amd64"
                ? new("image", Health.Good, found.Uri)
                : new(
                    "image",
                    Health.Bad,
                    $"{image} is for {found.Architecture}; SageMaker Processing runs amd64",
                    "docker build --platform linux/amd64 …"
                ),
        ];
    }

    async Task<IEnumerable<DoctorFinding>> BucketsAsync(JobSpec spec, CancellationToken cancellationToken)
    {
        using var s3 = connection.S3();
        var findings = new List<DoctorFinding>();
        var addresses = new[] { ("input.data", spec.Input.Data), ("model", spec.Model), ("output.data", spec.Output.Data) };
        foreach (
            var (bucket, keys) in addresses
                .Where(a => S3Uri.IsS3(a.Item2))
                .GroupBy(a => S3Uri.Parse(a.Item2, a.Item1).Bucket)
                .Select(g => (g.Key, string.Join(", ", g.Select(a => a.Item1))))
        )
        {
            findings.AddRange(
                await GuardAsync("bucket", async () => [await BucketAsync(s3, bucket, keys, cancellationToken).ConfigureAwait(false)])
                    .ConfigureAwait(false)
            );
        }

        return findings;
    }

    async Task<DoctorFinding> BucketAsync(IAmazonS3 s3, string bucket, string keys, CancellationToken cancellationToken)
    {
        try
        {
            var region = (await s3.GetBucketLocationAsync(bucket, cancellationToken).ConfigureAwait(false)).Location?.Value
                is { Length: > 0 } r
                ? r
                : "us-east-1";
            await s3.ListObjectsV2Async(new() { BucketName = bucket, MaxKeys = 1 }, cancellationToken).ConfigureAwait(false);
            return region == connection.Region
                ? new("bucket", Health.Good, $"{bucket} ({keys}) is in {region} and can be listed")
                : Elsewhere(region);
        }
        catch (AmazonS3Exception e) when (e.ErrorCode is "NoSuchBucket")
        {
            return new(
                "bucket",
                Health.Bad,
                $"bucket {bucket} ({keys}) does not exist",
                $"aws s3 mb s3://{bucket} --region {connection.Region}"
            );
        }
        catch (AmazonS3Exception e) when (S3Calls.IsElsewhere(e))
        {
            return Elsewhere(S3Calls.RegionOf(e));
        }

        DoctorFinding Elsewhere(string? region) =>
            new(
                "bucket",
                Health.Bad,
                $"{bucket} ({keys}) is in {(string.IsNullOrEmpty(region) ? "another region" : region)}, the job in {connection.Region}: "
                    + "SageMaker reads and writes buckets of its own region only",
                string.IsNullOrEmpty(region) ? "set aws.region to the bucket's" : $"set aws.region: {region}, or copy the data"
            );
    }

    async Task<IEnumerable<DoctorFinding>> QuotasAsync(JobSpec spec, CancellationToken cancellationToken)
    {
        using var quotas = connection.JsonClient(AwsService.ServiceQuotas);
        var values = new Dictionary<string, (double Value, string Code)>(StringComparer.Ordinal);
        string? next = null;
        do
        {
            var page = await quotas
                .CallAsync<QuotaPage>("ListServiceQuotas", new QuotaQuery("sagemaker", 100, next), cancellationToken)
                .ConfigureAwait(false);
            foreach (var quota in page.Quotas)
            {
                values[quota.QuotaName] = (quota.Value, quota.QuotaCode);
            }

            next = page.NextToken;
        } while (!string.IsNullOrEmpty(next));
        var wanted = spec.Compute.InstanceCount;
        return spec.Compute.InstanceType.Select(type =>
            !values.TryGetValue($"{type} for processing job usage", out var quota)
                ? new DoctorFinding(
                    "quota",
                    Health.Unknown,
                    $"no quota is listed for {type}: the account's default applies, which is 0 for most GPU types",
                    "request it in the console: Service Quotas, Amazon SageMaker"
                )
            : quota.Value >= wanted ? new DoctorFinding("quota", Health.Good, $"{type} for processing job usage: {quota.Value}")
            : new DoctorFinding(
                "quota",
                Health.Bad,
                $"{type} for processing job usage: {quota.Value}, the job needs {wanted}",
                $"aws service-quotas request-service-quota-increase --service-code sagemaker --quota-code {quota.Code} "
                    + $"--desired-value {wanted}"
            )
        );
    }

    async Task<IEnumerable<DoctorFinding>> NetworkAsync(JobSpec spec, CancellationToken cancellationToken)
    {
        if (spec.Aws.Subnets.Count == 0)
        {
            return [new("network", Health.Good, "no VPC configured: the job uses SageMaker's network")];
        }

        using var ec2 = connection.QueryClient(AwsService.Ec2);
        var subnets = await ec2.CallAsync(
                "DescribeSubnets",
                spec.Aws.Subnets.Select((id, i) => ($"SubnetId.{i + 1}", id)),
                cancellationToken
            )
            .ConfigureAwait(false);
        var vpcs = subnets.Descendants("vpcId").Select(e => e.Value).Distinct().ToList();
        var endpoints = await ec2.CallAsync(
                "DescribeVpcEndpoints",
                [("Filter.1.Name", "vpc-id"), .. vpcs.Select((v, i) => ($"Filter.1.Value.{i + 1}", v))],
                cancellationToken
            )
            .ConfigureAwait(false);
        var services = endpoints.Descendants("serviceName").Select(e => e.Value).ToList();
        string[] wanted = SageMakerRequest.Isolated(spec) ? ["s3"] : ["s3", "logs", "sts"];
        return wanted.Select(service =>
            services.Any(s => s.EndsWith("." + service, StringComparison.Ordinal))
                ? new DoctorFinding("network", Health.Good, $"{string.Join(", ", vpcs)} has an endpoint for {service}")
                : new DoctorFinding(
                    "network",
                    Health.Warning,
                    $"{string.Join(", ", vpcs)} has no endpoint for {service}; without a NAT gateway the job cannot reach it",
                    service == "s3"
                        ? $"aws ec2 create-vpc-endpoint --vpc-id {vpcs.FirstOrDefault()} --service-name "
                            + $"com.amazonaws.{connection.Region}.s3 --route-table-ids …"
                        : $"aws ec2 create-vpc-endpoint --vpc-id {vpcs.FirstOrDefault()} --vpc-endpoint-type Interface "
                            + $"--service-name com.amazonaws.{connection.Region}.{service} --subnet-ids "
                            + $"{string.Join(' ', spec.Aws.Subnets)}"
                )
        );
    }

    static async Task<IEnumerable<DoctorFinding>> GuardAsync(string subject, Func<Task<IEnumerable<DoctorFinding>>> check)
    {
        try
        {
            return await check().ConfigureAwait(false);
        }
        catch (PJobException e)
        {
            return [new(subject, Health.Bad, e.Message)];
        }
        catch (AmazonServiceException e)
        {
            return
            [
                new(
                    subject,
                    Health.Unknown,
                    $"this identity may not check it: {e.ErrorCode} {e.Message}".TrimEnd(' ', '.'),
                    "ask an administrator, or continue: the job itself may still work"
                ),
            ];
        }
        catch (Exception e) when (e is AmazonClientException or HttpRequestException or JsonException or System.Xml.XmlException)
        {
            return [new(subject, Health.Unknown, $"cannot be checked: {e.Message}")];
        }
    }

    sealed record QuotaQuery(string ServiceCode, int MaxResults, string? NextToken);

    sealed record QuotaPage(string? NextToken)
    {
        public IReadOnlyList<Quota> Quotas { get; init; } = [];
    }

    sealed record Quota(string QuotaName, string QuotaCode, double Value);
}
