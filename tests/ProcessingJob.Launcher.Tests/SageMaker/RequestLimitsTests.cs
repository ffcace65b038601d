using System.Text.Json;
using ProcessingJob.FakeAws;
using ProcessingJob.Launcher.Aws;
using ProcessingJob.Launcher.Cost;
using ProcessingJob.Launcher.SageMaker;

namespace ProcessingJob.Launcher.Tests.SageMaker;

/// <summary>
/// One case per limit of the service. Each must be refused by the launcher with its key of job.yaml, and by the models of the
/// service too, so that no case is an invention of ours.
/// </summary>
public sealed class RequestLimitsTests
{
    static readonly string Long257 = new('x', 257);

    public static TheoryData<string, string> Cases => new(Faulty.Keys.Select(k => (k.Split('|')[0], k)).ToArray());

    /// <summary>"key of job.yaml|what is wrong" to a request with that fault.</summary>
    static Dictionary<string, Func<CreateJobRequest, CreateJobRequest>> Faulty { get; } =
        new()
        {
            ["name|empty"] = r => r with { ProcessingJobName = "" },
            ["name|64 characters"] = r => r with { ProcessingJobName = new string('a', 64) },
            ["name|underscore"] = r => r with { ProcessingJobName = "my_job" },
            ["name|dot"] = r => r with { ProcessingJobName = "my.job" },
            ["name|leading hyphen"] = r => r with { ProcessingJobName = "-job" },
            ["name|trailing hyphen"] = r => r with { ProcessingJobName = "job-" },
            ["name|trailing line break"] = r => r with { ProcessingJobName = "job\n" },
            ["aws.role|empty"] = r => r with { RoleArn = "" },
            ["aws.role|too short"] = r => r with { RoleArn = "arn:aws:iam::1:role" },
            ["aws.role|no role"] = r => r with { RoleArn = "arn:aws:iam::123456789012:user/somebody" },
            ["aws.role|2049 characters"] = r => r with { RoleArn = "arn:aws:iam::123456789012:role/" + new string('r', 2018) },
            ["aws.image|256 characters"] = r => r with { AppSpecification = r.AppSpecification with { ImageUri = new string('i', 256) } },
            ["aws.image|line break"] = r => r with { AppSpecification = r.AppSpecification with { ImageUri = "a\nb" } },
            ["ContainerEntrypoint|empty list"] = r => r with { AppSpecification = r.AppSpecification with { ContainerEntrypoint = [] } },
            ["ContainerEntrypoint|101 entries"] = r =>
                r with
                {
                    AppSpecification = r.AppSpecification with { ContainerEntrypoint = Many(101) },
                },
            ["ContainerEntrypoint|257 characters"] = r =>
                r with
                {
                    AppSpecification = r.AppSpecification with { ContainerEntrypoint = [Long257] },
                },
            ["ContainerArguments|empty list"] = r => r with { AppSpecification = r.AppSpecification with { ContainerArguments = [] } },
            ["ContainerArguments|101 entries"] = r =>
                r with
                {
                    AppSpecification = r.AppSpecification with { ContainerArguments = Many(101) },
                },
            ["ContainerArguments|257 characters"] = r =>
                r with
                {
                    AppSpecification = r.AppSpecification with { ContainerArguments = [Long257] },
                },
            ["ContainerArguments|empty string"] = r => r with { AppSpecification = r.AppSpecification with { ContainerArguments = [""] } },
            ["compute.instance_count|0"] = r => Cluster(r, c => c with { InstanceCount = 0 }),
            ["compute.instance_count|101"] = r => Cluster(r, c => c with { InstanceCount = 101 }),
            ["compute.instance_type|no ml."] = r => Cluster(r, c => c with { InstanceType = "m5.xlarge" }),
            ["compute.volume_gb|0"] = r => Cluster(r, c => c with { VolumeSizeInGB = 0 }),
            ["compute.volume_gb|16385"] = r => Cluster(r, c => c with { VolumeSizeInGB = 16_385 }),
            ["aws.kms_key|pattern of the volume's key"] = r => Cluster(r, c => c with { VolumeKmsKeyId = "key with spaces" }),
            ["aws.kms_key|2049 characters"] = r => Cluster(r, c => c with { VolumeKmsKeyId = new string('k', 2049) }),
            ["aws.kms_key|pattern of the output's key"] = r =>
                r with
                {
                    ProcessingOutputConfig = r.ProcessingOutputConfig! with { KmsKeyId = "key with spaces" },
                },
            ["aws.kms_key|local NVMe"] = r => Cluster(r, c => c with { InstanceType = "ml.g5.xlarge", VolumeKmsKeyId = "k" }),
            ["compute.max_runtime|0"] = r => r with { StoppingCondition = new JobStoppingCondition { MaxRuntimeInSeconds = 0 } },
            ["compute.max_runtime|777601"] = r => r with { StoppingCondition = new JobStoppingCondition { MaxRuntimeInSeconds = 777_601 } },
            ["ProcessingInputs|11"] = r => r with { ProcessingInputs = [.. Enumerable.Range(0, 11).Select(i => Input($"i{i}"))] },
            ["ProcessingOutputConfig.Outputs|11"] = r => Outputs(r, [.. Enumerable.Range(0, 11).Select(i => Output($"o{i}"))]),
            ["input.data|name stands twice"] = r =>
                r with
                {
                    ProcessingInputs = [Input("data"), Input("data") with { S3Input = Input("x").S3Input }],
                },
            ["output.data|input and output of one name"] = r => r with { ProcessingInputs = [Input("output")] },
            ["LocalPath|two inputs share it"] = r =>
                r with
                {
                    ProcessingInputs = [Input("a"), Input("b") with { S3Input = Input("a").S3Input }],
                },
            ["LocalPath|input and output share it"] = r =>
                r with
                {
                    ProcessingInputs = [Input("a") with { S3Input = Input("a").S3Input with { LocalPath = SageMakerRequest.OutputPath } }],
                },
            ["LocalPath of a|257 characters"] = r =>
                r with
                {
                    ProcessingInputs =
                    [
                        Input("a") with
                        {
                            S3Input = Input("a").S3Input with { LocalPath = "/opt/ml/processing/" + Long257 },
                        },
                    ],
                },
            ["LocalPath of a|elsewhere"] = r =>
                r with
                {
                    ProcessingInputs = [Input("a") with { S3Input = Input("a").S3Input with { LocalPath = "/data" } }],
                },
            ["input.data|1025 characters"] = r =>
                r with
                {
                    ProcessingInputs =
                    [
                        Input("data") with
                        {
                            S3Input = Input("data").S3Input with { S3Uri = "s3://bucket/" + new string('k', 1013) },
                        },
                    ],
                },
            ["input.data|not S3"] = r =>
                r with
                {
                    ProcessingInputs = [Input("data") with { S3Input = Input("data").S3Input with { S3Uri = "/tmp/data" } }],
                },
            ["output.data|not S3"] = r =>
                Outputs(r, [Output("output") with { S3Output = Output("output").S3Output with { S3Uri = "ftp://x/y" } }]),
            ["aws.environment|101 variables"] = r => r with { Environment = Enumerable.Range(0, 101).ToDictionary(i => $"K{i}", _ => "v") },
            ["aws.environment.1A|name"] = r => r with { Environment = new Dictionary<string, string> { ["1A"] = "v" } },
            ["aws.environment.A|257 characters"] = r => r with { Environment = new Dictionary<string, string> { ["A"] = Long257 } },
            ["aws.environment.xxx|name of 257 characters"] = r =>
                r with
                {
                    Environment = new Dictionary<string, string> { [Long257] = "v" },
                },
            ["aws.subnets|none"] = r => Vpc(r, ["sg-1"], []),
            ["aws.subnets|17"] = r => Vpc(r, ["sg-1"], Many(17)),
            ["aws.subnets|33 characters"] = r => Vpc(r, ["sg-1"], [new string('s', 33)]),
            ["aws.subnets|pattern"] = r => Vpc(r, ["sg-1"], ["subnet_1"]),
            ["aws.security_groups|none"] = r => Vpc(r, [], ["subnet-1"]),
            ["aws.security_groups|6"] = r => Vpc(r, Many(6), ["subnet-1"]),
            ["aws.security_groups|33 characters"] = r => Vpc(r, [new string('s', 33)], ["subnet-1"]),
            ["aws.security_groups|pattern"] = r => Vpc(r, ["sg 1"], ["subnet-1"]),
            ["aws.tags|51"] = r => r with { Tags = [.. Enumerable.Range(0, 51).Select(i => new JobTag($"k{i}", "v"))] },
            ["aws.tags|empty key"] = r => r with { Tags = [new JobTag("", "v")] },
            ["aws.tags.xxx|key of 129 characters"] = r => r with { Tags = [new JobTag(new string('x', 129), "v")] },
            ["aws.tags.k|value of 257 characters"] = r => r with { Tags = [new JobTag("k", Long257)] },
            ["aws.tags.k|value's pattern"] = r => r with { Tags = [new JobTag("k", "a#b")] },
            ["aws.tags.aws:k|reserved"] = r => r with { Tags = [new JobTag("aws:k", "v")] },
        };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Check_BeyondALimit_NamesTheKey(string key, string name)
    {
        var request = Faulty[name](Some.Request());

        var faults = RequestLimits.Check(request);

        Assert.Contains(faults, f => f.StartsWith(key, StringComparison.Ordinal));
        Assert.All(faults, f => Assert.True(f.Length < 260, f));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Check_BeyondALimit_TheServiceRefusesItToo(string key, string name)
    {
        await using var aws = await Aws.TestAws.StartAsync();
        var request = Faulty[name](Some.Request());

        await Assert.ThrowsAsync<Amazon.Runtime.AmazonServiceException>(() => aws.Jobs.CreateAsync(request));

        Assert.NotEmpty(key);
        Assert.Empty(aws.Server.Jobs.All);
    }

    [Fact]
    public void Check_VolumeLargerThanLocalDisk_NamesTheKeyAndTheSize()
    {
        var request = Cluster(Some.Request(), c => c with { InstanceType = "ml.g4dn.xlarge", VolumeSizeInGB = 126 });

        Assert.StartsWith("compute.volume_gb: found 126, but ml.g4dn.xlarge has 125 GB", Assert.Single(RequestLimits.Check(request)));
    }

    [Theory]
    [InlineData("ml.m7g.xlarge", "Graviton")]
    [InlineData("ml.c7gn.4xlarge", "Graviton")]
    [InlineData("ml.r6gd.large", "Graviton")]
    [InlineData("ml.g5g.xlarge", "Graviton")]
    [InlineData("ml.p4d.24xlarge", "not among the types of SageMaker Processing")]
    [InlineData("ml.trn1.2xlarge", "not among the types of SageMaker Processing")]
    public void Check_TypeThatProcessingDoesNotHave_IsRefusedByName(string type, string why)
    {
        var fault = Assert.Single(RequestLimits.Check(Cluster(Some.Request(), c => c with { InstanceType = type, VolumeSizeInGB = 30 })));

        Assert.StartsWith($"compute.instance_type: {type} ", fault);
        Assert.Contains(why, fault);
        Assert.DoesNotContain(type, InstanceTypes.Default.All.Select(t => t.Type));
    }

    [Fact]
    public void Check_EveryTypeOfTheTable_HasNoFault() =>
        Assert.All(
            InstanceTypes.Default.All,
            t => Assert.Empty(RequestLimits.Check(Cluster(Some.Request(), c => c with { InstanceType = t.Type, VolumeSizeInGB = 30 })))
        );

    [Fact]
    public void Check_RequestAtEveryLimit_HasNoFault()
    {
        var request = Some.Request() with
        {
            ProcessingJobName = new string('a', 63),
            StoppingCondition = new JobStoppingCondition { MaxRuntimeInSeconds = 777_600 },
            Environment = Enumerable.Range(0, 100).ToDictionary(i => $"K{i}", _ => new string('v', 256)),
            Tags = [.. Enumerable.Range(0, 50).Select(i => new JobTag($"k{i}", ""))],
        };
        request = Cluster(
            Vpc(request, Many(5), Many(16)),
            c => c with { InstanceCount = 100, VolumeSizeInGB = 16_384, InstanceType = "ml.x9new-y.99xlarge" }
        );

        Assert.Empty(RequestLimits.Check(request));
        Assert.Empty(
            ShapeModel.Own("sagemaker").Check("CreateProcessingJob", JsonSerializer.SerializeToElement(request, AwsJsonClient.Json))
        );
    }

    static JobInput Input(string name) =>
        new()
        {
            InputName = name,
            S3Input = new JobS3Input { S3Uri = "s3://bucket/in/", LocalPath = SageMakerRequest.InputRoot + name },
        };

    static OutputTarget Output(string name) =>
        new()
        {
            OutputName = name,
            S3Output = new JobS3Output
            {
                S3Uri = "s3://bucket/out/",
                LocalPath = "/opt/ml/processing/" + name,
                S3UploadMode = "EndOfJob",
            },
        };

    static CreateJobRequest Outputs(CreateJobRequest r, IReadOnlyList<OutputTarget> outputs) =>
        r with
        {
            ProcessingOutputConfig = new JobOutputConfig { Outputs = outputs },
        };

    static CreateJobRequest Cluster(CreateJobRequest r, Func<JobCluster, JobCluster> change) =>
        r with
        {
            ProcessingResources = new JobResources { ClusterConfig = change(r.ProcessingResources.ClusterConfig) },
        };

    static CreateJobRequest Vpc(CreateJobRequest r, IReadOnlyList<string> groups, IReadOnlyList<string> subnets) =>
        r with
        {
            NetworkConfig = new JobNetwork
            {
                VpcConfig = new JobVpc { SecurityGroupIds = groups, Subnets = subnets },
            },
        };

    static string[] Many(int count) => [.. Enumerable.Range(0, count).Select(i => $"id-{i}")];
}
