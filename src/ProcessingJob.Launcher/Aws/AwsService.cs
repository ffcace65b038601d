namespace ProcessingJob.Launcher.Aws;

/// <summary>One AWS service as the wire needs it: who signs, where it listens, how operations are named.</summary>
/// <param name="ServiceId">AWS's service id; <c>AWS_ENDPOINT_URL_&lt;ID&gt;</c> and profile sections are derived from it.</param>
/// <param name="SigningName">Service part of the SigV4 credential scope.</param>
/// <param name="HostPrefix">First labels of the endpoint's host, before region and domain.</param>
/// <param name="Version">API version.</param>
/// <param name="TargetPrefix">Prefix of <c>X-Amz-Target</c> for AWS JSON 1.1; null for the Query protocol.</param>
/// <param name="IsGlobal">One endpoint for a whole partition (IAM).</param>
public sealed record AwsService(
    string ServiceId,
    string SigningName,
    string HostPrefix,
    string Version,
    string? TargetPrefix,
    bool IsGlobal = false
)
{
    public static readonly AwsService SageMaker = new("SageMaker", "sagemaker", "api.sagemaker", "2017-07-24", "SageMaker");
    public static readonly AwsService Logs = new("CloudWatch Logs", "logs", "logs", "2014-03-28", "Logs_20140328");
    public static readonly AwsService Ecr = new("ECR", "ecr", "api.ecr", "2015-09-21", "AmazonEC2ContainerRegistry_V20150921");
    public static readonly AwsService ServiceQuotas = new(
        "Service Quotas",
        "servicequotas",
        "servicequotas",
        "2019-06-24",
        "ServiceQuotasV20190624"
    );
    public static readonly AwsService Iam = new("IAM", "iam", "iam", "2010-05-08", null, IsGlobal: true);
    public static readonly AwsService Ec2 = new("EC2", "ec2", "ec2", "2016-11-15", null);

    /// <summary>AWS's own endpoint in <paramref name="region"/>, in the DNS domain of the region's partition.</summary>
    public string DefaultEndpoint(Amazon.RegionEndpoint region)
    {
        ArgumentNullException.ThrowIfNull(region);
        var place = !IsGlobal
            ? "." + region.SystemName
            : region.PartitionName switch
            {
                "aws" => "",
                "aws-us-gov" => ".us-gov",
                _ => "." + SigningRegion(region),
            };
        return $"https://{HostPrefix}{place}.{region.PartitionDnsSuffix}";
    }

    /// <summary>The region in requests' signatures: a global service has one per partition.</summary>
    public string SigningRegion(Amazon.RegionEndpoint region)
    {
        ArgumentNullException.ThrowIfNull(region);
        return !IsGlobal
            ? region.SystemName
            : region.PartitionName switch
            {
                "aws-cn" => "cn-north-1",
                "aws-us-gov" => "us-gov-west-1",
                _ => "us-east-1",
            };
    }
}
