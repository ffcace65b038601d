using Amazon.Runtime;
using ProcessingJob.FakeAws;
using ProcessingJob.Launcher.Aws;
using ProcessingJob.Launcher.SageMaker;
using ProcessingJob.Launcher.Tests.Aws;

namespace ProcessingJob.Launcher.Tests.SageMaker;

/// <summary>What every adapter of <see cref="IProcessingJobs"/> must do.</summary>
public sealed class SageMakerJobsTests
{
    [Fact]
    public async Task Create_GoodRequest_IsAcceptedAndEchoedByDescribe()
    {
        await using var aws = await TestAws.StartAsync();

        var arn = await aws.Jobs.CreateAsync(Some.Request());
        var job = await aws.Jobs.DescribeAsync("reviews-0123456789");

        Assert.EndsWith(":processing-job/reviews-0123456789", arn);
        Assert.NotNull(job);
        Assert.Equal(JobStatus.InProgress, job.ProcessingJobStatus);
        Assert.Null(job.ProcessingStartTime);
        Assert.Equal(2, job.ProcessingResources!.ClusterConfig.InstanceCount);
        Assert.Equal(aws.Time.GetUtcNow(), job.CreationTime);
    }

    [Fact]
    public async Task Describe_MissingJob_IsNullForBothOfTheServicesAnswers()
    {
        await using var aws = await TestAws.StartAsync();
        aws.Server.Fail("DescribeProcessingJob", new Fault("ResourceNotFound", "no such job"), Fault.EmptyValidation);

        Assert.Null(await aws.Jobs.DescribeAsync("nothing"));
        Assert.Null(await aws.Jobs.DescribeAsync("nothing"));
        Assert.Null(await aws.Jobs.DescribeAsync("nothing"));
    }

    [Fact]
    public async Task Describe_NameOutsideThePattern_IsTheServicesRefusal()
    {
        await using var aws = await TestAws.StartAsync();

        var e = await Assert.ThrowsAsync<AmazonServiceException>(() => aws.Jobs.DescribeAsync("not_a_name"));

        Assert.Equal("ValidationException", e.ErrorCode);
        Assert.Contains("regular expression", e.Message);
    }

    [Fact]
    public async Task Stop_RunningEndedAndMissingJob_TellsThemApart()
    {
        await using var aws = await TestAws.StartAsync();
        await aws.Jobs.CreateAsync(Some.Request("one"));

        Assert.True(await aws.Jobs.StopAsync("one"));
        Assert.Equal(JobStatus.Stopped, (await aws.Jobs.DescribeAsync("one"))!.ProcessingJobStatus);
        Assert.True(await aws.Jobs.StopAsync("one"));
        Assert.False(await aws.Jobs.StopAsync("two"));
    }

    [Fact]
    public async Task List_MoreThanOnePage_YieldsAllNewestFirst()
    {
        await using var aws = await TestAws.StartAsync();
        for (var i = 0; i < 120; i++)
        {
            await aws.Jobs.CreateAsync(Some.Request($"reviews-{i}"));
        }

        await aws.Jobs.CreateAsync(Some.Request("other"));

        var names = await aws.Jobs.ListAsync("reviews").Select(j => j.ProcessingJobName).ToListAsync();

        Assert.Equal(120, names.Distinct().Count());
        Assert.Equal(2, aws.Server.CallCount("ListProcessingJobs"));
    }

    [Theory]
    [InlineData("ThrottlingException", 400)]
    [InlineData("InternalFailure", 500)]
    [InlineData("ServiceUnavailable", 503)]
    public async Task Call_PassingFault_IsRetriedByTheSdk(string code, int status)
    {
        await using var aws = await TestAws.StartAsync(retries: 2);
        aws.Server.Fail("ListProcessingJobs", new Fault(code, "later", status));

        Assert.Empty(await aws.Jobs.ListAsync().ToListAsync());
        Assert.Equal(2, aws.Server.CallCount("ListProcessingJobs"));
    }

    [Fact]
    public async Task Call_Refused_CarriesCodeMessageAndRequestId()
    {
        await using var aws = await TestAws.StartAsync();
        aws.Server.Fail("CreateProcessingJob", Fault.AccessDenied);

        var e = await Assert.ThrowsAsync<AmazonServiceException>(() => aws.Jobs.CreateAsync(Some.Request()));

        Assert.Equal("AccessDeniedException", e.ErrorCode);
        Assert.True(AwsErrors.IsAccessDenied(e));
        Assert.Contains("not authorized", e.Message);
        Assert.NotEmpty(e.RequestId);
    }

    [Fact]
    public async Task Call_UnsignedRequest_IsRefusedByTheFake()
    {
        await using var aws = await TestAws.StartAsync();
        using var http = new HttpClient();

        var answer = await http.PostAsync(aws.Server.Url, new StringContent("{}"));

        Assert.Equal(403, (int)answer.StatusCode);
    }

    [Fact]
    public void Endpoint_OfEachService_IsAwsOwnUnlessOverridden()
    {
        var connection = new AwsConnection { Region = "eu-west-1", Credentials = new AnonymousAWSCredentials() };
        Assert.Equal("https://api.sagemaker.eu-west-1.amazonaws.com", connection.JsonClient(AwsService.SageMaker).Endpoint);
        Assert.Equal("https://api.ecr.eu-west-1.amazonaws.com", connection.JsonClient(AwsService.Ecr).Endpoint);
        Assert.Equal("https://iam.amazonaws.com", connection.QueryClient(AwsService.Iam).Endpoint);
        var china = connection with { Region = "cn-north-1" };
        Assert.Equal("https://logs.cn-north-1.amazonaws.com.cn", china.JsonClient(AwsService.Logs).Endpoint);
        Assert.Equal(
            "https://iam.cn-north-1.amazonaws.com.cn",
            (connection with { Region = "cn-northwest-1" }).QueryClient(AwsService.Iam).Endpoint
        );
        Assert.Equal(
            "https://iam.us-gov.amazonaws.com",
            (connection with { Region = "us-gov-east-1" }).QueryClient(AwsService.Iam).Endpoint
        );
        var own = connection with { Endpoints = new Dictionary<string, string> { ["SageMaker"] = "http://127.0.0.1:1" } };
        Assert.StartsWith("http://127.0.0.1:1", own.JsonClient(AwsService.SageMaker).Endpoint);
    }
}
