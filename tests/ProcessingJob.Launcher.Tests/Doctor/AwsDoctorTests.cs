using Amazon.Runtime;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher.Aws;
using ProcessingJob.Launcher.Doctor;
using ProcessingJob.Launcher.SageMaker;
using ProcessingJob.Launcher.Tests.SageMaker;

namespace ProcessingJob.Launcher.Tests.Doctor;

[Collection(nameof(MotoFixture))]
public sealed class AwsDoctorTests(MotoFixture moto)
{
    const string Trust =
        """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"PRINCIPAL"},"Action":"sts:AssumeRole"}]}""";

    static async Task MakeRoleAsync(RemoteBench bench, string name, string principal)
    {
        using var iam = bench.Connection.QueryClient(AwsService.Iam);
        await iam.CallAsync(
            "CreateRole",
            [("RoleName", name), ("AssumeRolePolicyDocument", Trust.Replace("PRINCIPAL", principal, StringComparison.Ordinal))],
            default
        );
    }

    static async Task<List<DoctorFinding>> ExamineAsync(RemoteBench bench, JobSpec spec) =>
        await new AwsDoctor(bench.Connection).ExamineAsync(spec).ToListAsync();

    [Fact]
    public async Task Examine_AccountInOrder_HasNothingBad()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        await MakeRoleAsync(bench, bench.Bucket, "sagemaker.amazonaws.com");
        bench.Aws.Server.Quotas["ml.m5.xlarge for processing job usage"] = 4;
        var spec = bench.Spec(2);

        var findings = await ExamineAsync(bench, spec with { Aws = spec.Aws with { Role = bench.Bucket } });

        Assert.DoesNotContain(findings, f => f.Health == Health.Bad);
        Assert.Contains(
            findings,
            f => f is { Subject: "credentials", Health: Health.Good } && f.Text.Contains("123456789012", StringComparison.Ordinal)
        );
        foreach (var subject in new[] { "role", "image", "bucket", "quota", "network" })
        {
            Assert.Contains(findings, f => f.Subject == subject && f.Health == Health.Good);
        }
    }

    [Fact]
    public async Task Examine_EverythingWrong_SaysHowToMendEach()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        await MakeRoleAsync(bench, bench.Bucket, "ec2.amazonaws.com");
        bench.Aws.Server.Quotas["ml.g5.xlarge for processing job usage"] = 0;
        var spec = bench.Spec(2) with { Output = new() { Data = "s3://no-such-bucket-here/out/" } };
        spec = spec with
        {
            Aws = spec.Aws with { Role = bench.Bucket, Image = bench.Image + "x" },
            Compute = spec.Compute with { InstanceType = ["ml.g5.xlarge"] },
        };

        var bad = (await ExamineAsync(bench, spec)).Where(f => f.Health == Health.Bad).ToList();

        Assert.Contains(
            bad,
            f =>
                f.Subject == "role"
                && f.Text.Contains("does not trust", StringComparison.Ordinal)
                && f.Cure!.Contains("update-assume-role-policy", StringComparison.Ordinal)
        );
        Assert.Contains(bad, f => f.Subject == "image" && f.Text.Contains("publish-image.sh", StringComparison.Ordinal));
        Assert.Contains(bad, f => f.Subject == "bucket" && f.Cure == "aws s3 mb s3://no-such-bucket-here --region us-east-1");
        Assert.Contains(
            bad,
            f =>
                f.Subject == "quota"
                && f.Cure!.Contains("request-service-quota-increase", StringComparison.Ordinal)
                && f.Cure.EndsWith("--desired-value 2", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("cpu", "ml.g5.xlarge", Health.Bad)]
    [InlineData("cuda", "ml.g5.xlarge", Health.Good)]
    [InlineData(null, "ml.g5.xlarge", Health.Good)]
    [InlineData("cpu", "ml.c5.xlarge", Health.Good)]
    public async Task Examine_ImageForTheOtherKindOfHost_SaysWhatTheRunWouldSay(string? label, string type, Health health)
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        await using var registry = await FakeRegistry.StartAsync(label);
        var connection = bench.Connection with
        {
            Endpoints = new Dictionary<string, string>(bench.Connection.Endpoints) { ["ECR"] = registry.Url },
        };
        var spec = bench.Spec();
        spec = spec with { Compute = spec.Compute with { InstanceType = ["ml.m5.xlarge", type] } };

        var findings = await new AwsDoctor(connection).ExamineAsync(spec).ToListAsync();

        var image = Assert.Single(findings, f => f.Subject == "image");
        Assert.Equal(health, image.Health);
        if (health == Health.Bad)
        {
            var refused = await Assert.ThrowsAsync<PJobException>(() =>
                new SageMakerTarget(connection, bench.Aws.Time).RunAsync(spec, new RemoteOptions(), bench)
            );
            Assert.Equal(refused.Message, image.Text);
        }
    }

    [Fact]
    public async Task Examine_RoleThatIsNotThere_NamesTheTemplate()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        var spec = bench.Spec();

        var findings = await ExamineAsync(bench, spec with { Aws = spec.Aws with { Role = "nobody-made-this" } });

        Assert.Contains(findings, f => f.Health == Health.Bad && f.Cure?.Contains("infra/template.yaml", StringComparison.Ordinal) == true);
    }

    [Theory]
    [InlineData("allowed", "allowed", Health.Good, "may read and write")]
    [InlineData("allowed", "implicitDeny", Health.Warning, "not allowed by its policies: s3:PutObject on arn:aws:s3:::bucket/out/")]
    [InlineData("implicitDeny", "explicitDeny", Health.Bad, "denied: s3:PutObject on arn:aws:s3:::bucket/out/")]
    public async Task Permissions_OfTheRole_AreAskedForTheJobsOwnResources(string get, string put, Health health, string text)
    {
        await using var iam = await FakeIam.StartAsync(new() { ["s3:GetObject"] = get, ["s3:PutObject"] = put });
        var connection = new AwsConnection
        {
            Region = "us-east-1",
            Credentials = new BasicAWSCredentials("a", "b"),
            MaxErrorRetry = 0,
            Endpoints = new Dictionary<string, string> { ["IAM"] = iam.Url },
        };
        using var client = connection.QueryClient(AwsService.Iam);

        var finding = Assert.Single(
            await RolePermissions.ExamineAsync(client, "arn:aws:iam::123456789012:role/processing", Some.Spec, "aws", default)
        );

        Assert.Equal(health, finding.Health);
        Assert.Contains(text, finding.Text);
    }

    [Fact]
    public async Task Examine_AwsOutOfReach_StopsAfterTheCredentials()
    {
        var connection = new AwsConnection
        {
            Region = "us-east-1",
            Credentials = new BasicAWSCredentials("a", "b"),
            MaxErrorRetry = 0,
            Endpoints = new Dictionary<string, string> { ["STS"] = "http://127.0.0.1:1" },
        };

        var findings = await new AwsDoctor(connection).ExamineAsync(Some.Spec).ToListAsync();

        Assert.Equal(("credentials", Health.Bad), Assert.Single(findings) is var f ? (f.Subject, f.Health) : default);
    }
}
