using System.Text.Json;
using ProcessingJob.FakeAws;
using ProcessingJob.Launcher.Aws;
using ProcessingJob.Launcher.SageMaker;

namespace ProcessingJob.Launcher.Tests.SageMaker;

public sealed class FinishRequestTests
{
    [Fact]
    public void Of_ListOfTypesWithLocalDisks_IsOneSmallHostWithAnEncryptedVolume()
    {
        var spec = Some.Spec with { Aws = Some.Spec.Aws with { KmsKey = "alias/data" } };
        var job = SageMakerRequest.Build(spec, Some.Placement with { InstanceTypes = ["ml.g6.xlarge", "ml.g5.xlarge"] });
        Assert.Null(job.ProcessingResources.ClusterConfig.VolumeKmsKeyId);

        var finish = FinishRequest.Of(job, "s3://bucket/out");

        var cluster = finish.ProcessingResources.ClusterConfig;
        Assert.Equal((1, "ml.t3.medium", "alias/data"), (cluster.InstanceCount, cluster.InstanceType, cluster.VolumeKmsKeyId));
        Assert.Null(cluster.InstancePreferences);
        Assert.Equal(["finish", "s3://bucket/out"], finish.AppSpecification.ContainerArguments);
        Assert.False(finish.NetworkConfig!.EnableNetworkIsolation);
        var sent = JsonSerializer.SerializeToElement(finish, AwsJsonClient.Json);
        Assert.Empty(ShapeModel.Own("sagemaker").Check("CreateProcessingJob", sent));
        Assert.Null(CrossRules.Check(sent));
    }

    [Fact]
    public void Of_LongName_StaysWithinTheLimitAndEndsInFinish()
    {
        var name = FinishRequest.Of(Some.Request() with { ProcessingJobName = new string('a', 63) }, "s3://bucket/out").ProcessingJobName;

        Assert.Equal(63, name.Length);
        Assert.EndsWith("-finish", name);
    }
}
