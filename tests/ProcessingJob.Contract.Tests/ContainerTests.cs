using System.Text;
using CsCheck;
using ProcessingJob.Contract.Container;
using ProcessingJob.Contract.Output;

namespace ProcessingJob.Contract.Tests;

public sealed class ContainerTests : IDisposable
{
    readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void ResourceConfig_TwelveHosts_RanksOrdinally()
    {
        File.WriteAllText(_file, """{"current_host":"algo-2","hosts":["algo-1","algo-2","algo-10"],"network_interface_name":"eth0"}""");

        Assert.Equal(2, ResourceConfig.Read(_file).Rank);
    }

    [Fact]
    public void ResourceConfig_MissingFile_IsOneHost() =>
        Assert.Equal(("algo-1", 0), (ResourceConfig.Read("/nowhere/x").CurrentHost, ResourceConfig.Read("/nowhere/x").Rank));

    [Theory]
    [InlineData("{")]
    [InlineData("""{"current_host":"a","hosts":["b"]}""")]
    [InlineData("{}")]
    public void ResourceConfig_DamagedFile_IsNamed(string json)
    {
        File.WriteAllText(_file, json);

        Assert.StartsWith(_file, Assert.Throws<PJobException>(() => ResourceConfig.Read(_file)).Message);
    }

    [Fact]
    public void ProcessingJobConfig_AsSageMakerWritesIt_GivesNamesAndUris()
    {
        File.WriteAllText(
            _file,
            """
            {"ProcessingJobArn":"arn:aws:sagemaker:eu-west-1:111122223333:processing-job/n","ProcessingJobName":"n",
             "AppSpecification":{"ImageUri":"i","ContainerEntrypoint":null,"ContainerArguments":null},"Environment":null,
             "ProcessingInputs":[{"InputName":"data","AppManaged":false,"S3Input":{"LocalPath":"/opt/ml/processing/input/data/","S3Uri":"s3://b/p/","S3DownloadMode":"StartOfJob"}},{"InputName":"d","S3Input":null}],
             "ProcessingOutputConfig":{"Outputs":[{"OutputName":"o","S3Output":{"LocalPath":"/opt/ml/processing/output","S3Uri":"s3://b/out/"}}],"KmsKeyId":null}}
            """
        );
        var config = ProcessingJobConfig.Read(_file);

        Assert.Equal(("n", "eu-west-1"), (config.JobName, config.Region));
        Assert.Equal("s3://b/p/", config.InputUris["/opt/ml/processing/input/data"]);
        Assert.Equal("s3://b/out/", config.OutputUris["/opt/ml/processing/output"]);
    }

    // The service's default for the results of queries is the other than that for objects: a share of a shard would lose rows.
    [Theory]
    [InlineData("", "ShardedByS3Key")]
    [InlineData(""","DataDistributionType":null""", "ShardedByS3Key")]
    [InlineData(""","DataDistributionType":"FullyReplicated" """, "FullyReplicated")]
    public void ProcessingJobConfig_ResultOfAQuery_IsDealtOutUnlessItSaysElse(string said, string expected)
    {
        File.WriteAllText(
            _file,
            $$$$"""
            {"ProcessingInputs":[{"InputName":"data","S3Input":null,"DatasetDefinition":
              {"LocalPath":"/opt/ml/processing/input/data"{{{{said}}}},"AthenaDatasetDefinition":{"QueryString":"select 1"}}}]}
            """
        );

        Assert.Equal(expected, ProcessingJobConfig.Read(_file).Distributions["/opt/ml/processing/input/data"]);
    }

    [Fact]
    public void ProcessingJobConfig_OfLocalMode_HasNoRegion()
    {
        File.WriteAllText(_file, """{"ProcessingJobArn":"my-job","ProcessingJobName":"my-job"}""");

        Assert.Null(ProcessingJobConfig.Read(_file).Region);
    }

    [Fact]
    public void ExitMessage_AnyText_IsOneLineOfUtf8ThatLeavesRoom() =>
        Gen.String[0, 2000]
            .Sample(
                text =>
                {
                    var bytes = ExitMessage.Format("algo-100", text);
                    var back = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);

                    Assert.True(bytes.Length <= 900);
                    Assert.StartsWith("host=algo-100 ", back, StringComparison.Ordinal);
                    Assert.Equal(back.Length - 1, back.IndexOf('\n'));
                    Assert.DoesNotContain('\r', back);
                },
                iter: 500
            );

    [Fact]
    public void WorkerEvent_LinesOfAllKinds_AreUnderstood()
    {
        var progress = WorkerEvent.Parse(
            """{"@t":"2026-01-01T00:00:00Z","@m":"10 rows","@i":"x","Event":"progress","Rows":10,"Tokens":70,"Bytes":5,"TotalBytes":50}"""
        );

        Assert.Equal(new WorkerProgress(10, 70, 5, 50, 0), progress.Progress);
        Assert.Equal("10 rows", progress.Text);
        Assert.Equal("Unhandled exception", WorkerEvent.Parse("Unhandled exception").Text);
        Assert.Equal("{not json", WorkerEvent.Parse("{not json").Text);
        Assert.Equal("Error", WorkerEvent.Parse("""{"@t":"2026-01-01T00:00:00Z","@m":"m","@l":"Error"}""").Level);
    }
}
