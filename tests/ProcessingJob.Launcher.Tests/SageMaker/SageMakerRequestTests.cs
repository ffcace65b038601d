using System.Text.Json;
using System.Text.Json.Nodes;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.FakeAws;
using ProcessingJob.Launcher.Aws;
using ProcessingJob.Launcher.SageMaker;
using ProcessingJob.Storage;

namespace ProcessingJob.Launcher.Tests.SageMaker;

public sealed class SageMakerRequestTests
{
    [Fact]
    public void Build_ServiceTransfers_IsExactlyThis()
    {
        var json = JsonNode.Parse(JsonSerializer.Serialize(SageMakerRequest.Build(Some.Spec, Some.Placement), AwsJsonClient.Json));

        var expected = JsonNode.Parse(
            $$$$"""
            {"ProcessingJobName":"reviews-0123456789",
             "ProcessingInputs":[
              {"InputName":"data","AppManaged":false,"S3Input":{"S3Uri":"s3://bucket/reviews/","LocalPath":"/opt/ml/processing/input/data","S3DataType":"S3Prefix","S3InputMode":"File","S3DataDistributionType":"FullyReplicated","S3CompressionType":"None"}},
              {"InputName":"config","AppManaged":false,"S3Input":{"S3Uri":"s3://bucket/processingjob/jobs/reviews-0123456789/","LocalPath":"/opt/ml/processing/input/config","S3DataType":"S3Prefix","S3InputMode":"File","S3DataDistributionType":"FullyReplicated","S3CompressionType":"None"}},
              {"InputName":"model","AppManaged":false,"S3Input":{"S3Uri":"s3://bucket/models/minilm/","LocalPath":"/opt/ml/processing/input/model","S3DataType":"S3Prefix","S3InputMode":"File","S3DataDistributionType":"FullyReplicated","S3CompressionType":"None"}}],
             "ProcessingOutputConfig":{"Outputs":[{"OutputName":"output","AppManaged":false,"S3Output":{"S3Uri":"s3://bucket/out/","LocalPath":"/opt/ml/processing/output","S3UploadMode":"Continuous"}}]},
             "ProcessingResources":{"ClusterConfig":{"InstanceCount":2,"InstanceType":"ml.m5.xlarge","VolumeSizeInGB":30}},
             "StoppingCondition":{"MaxRuntimeInSeconds":14400},
             "AppSpecification":{"ImageUri":"123456789012.dkr.ecr.us-east-1.amazonaws.com/worker@sha256:{{{{new string('a', 64)}}}}"},
             "NetworkConfig":{"EnableInterContainerTrafficEncryption":false,"EnableNetworkIsolation":true},
             "RoleArn":"arn:aws:iam::123456789012:role/processing"}
            """
        );
        Assert.True(JsonNode.DeepEquals(expected, json), json!.ToJsonString());
    }

    [Fact]
    public void Build_EverythingSet_FitsTheServicesOwnModel()
    {
        var model = ShapeModel.Botocore("sagemaker");
        Assert.SkipWhen(model is null, "python3-botocore is not installed");
        var spec = Some.Spec with
        {
            Aws = Some.Spec.Aws with
            {
                KmsKey = "alias/data",
                Subnets = ["subnet-1"],
                SecurityGroups = ["sg-1"],
                InterContainerEncryption = true,
                Tags = [new("team", "nlp")],
                Environment = [new("LOG_LEVEL", "debug")],
            },
        };

        var request = SageMakerRequest.Build(spec, Some.Placement);

        Assert.Empty(model.Check("CreateProcessingJob", JsonSerializer.SerializeToElement(request, AwsJsonClient.Json)));
        Assert.Equal("alias/data", request.ProcessingResources.ClusterConfig.VolumeKmsKeyId);
        Assert.Equal("alias/data", request.ProcessingOutputConfig!.KmsKeyId);
        Assert.Equal(new JobTag("team", "nlp"), Assert.Single(request.Tags!));
        Assert.Equal("debug", request.Environment!["LOG_LEVEL"]);
    }

    [Fact]
    public void Build_ByKey_ShardsTheDataAndReplicatesTheRest()
    {
        var request = SageMakerRequest.Build(Some.Spec with { Input = Some.Spec.Input with { Sharding = Sharding.ByKey } }, Some.Placement);

        Assert.Equal(
            ["ShardedByS3Key", "FullyReplicated", "FullyReplicated"],
            request.ProcessingInputs!.Select(i => i.S3Input.S3DataDistributionType)
        );
    }

    [Fact]
    public void Build_OneObject_KeepsItsExactKey()
    {
        var request = SageMakerRequest.Build(
            Some.Spec,
            Some.Placement with
            {
                Data = new S3Uri("bucket", "in/a.csv"),
                DataIsObject = true,
            }
        );

        Assert.Equal("s3://bucket/in/a.csv", request.ProcessingInputs![0].S3Input.S3Uri);
    }

    [Fact]
    public void Build_Streaming_LeavesChannelsOutAndOpensTheNetwork()
    {
        var spec = Some.Spec with
        {
            Input = Some.Spec.Input with { Transfer = Transfer.Stream },
            Output = Some.Spec.Output with { Transfer = Transfer.Stream },
        };

        var request = SageMakerRequest.Build(spec, Some.Placement);

        Assert.Equal(["config", "model"], request.ProcessingInputs!.Select(i => i.InputName));
        Assert.Null(request.ProcessingOutputConfig);
        Assert.False(request.NetworkConfig!.EnableNetworkIsolation);
        Assert.Equal("us-east-1", request.Environment!["AWS_REGION"]);
    }

    [Fact]
    public void Build_StreamingInIsolation_IsRefusedWithTheKey()
    {
        var spec = Some.Spec with
        {
            Input = Some.Spec.Input with { Transfer = Transfer.Stream },
            Aws = Some.Spec.Aws with { NetworkIsolation = true },
        };

        var e = Assert.Throws<PJobException>(() => SageMakerRequest.Build(spec, Some.Placement));

        Assert.Equal(ExitCode.BadSpec, e.ExitCode);
        Assert.Contains("aws.network_isolation", e.Message);
    }

    [Fact]
    public void Build_SeveralFaults_AreAllTold()
    {
        var spec = Some.Spec with
        {
            Compute = Some.Spec.Compute with { InstanceCount = 101, VolumeGb = 0, MaxRuntime = TimeSpan.FromDays(10) },
        };

        var e = Assert.Throws<PJobException>(() => SageMakerRequest.Build(spec, Some.Placement));

        Assert.Contains("compute.instance_count", e.Message);
        Assert.Contains("compute.volume_gb", e.Message);
        Assert.Contains("compute.max_runtime", e.Message);
    }

    [Fact]
    public void Build_KmsKeyOnLocalNvme_IsLeftOutForTheVolume()
    {
        var spec = Some.Spec with { Aws = Some.Spec.Aws with { KmsKey = "alias/data" } };

        var request = SageMakerRequest.Build(spec, Some.Placement with { InstanceTypes = ["ml.g5.xlarge"] });

        Assert.Null(request.ProcessingResources.ClusterConfig.VolumeKmsKeyId);
        Assert.Equal("alias/data", request.ProcessingOutputConfig!.KmsKeyId);
    }
}
