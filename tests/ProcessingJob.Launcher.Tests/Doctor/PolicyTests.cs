using System.Text.Json;
using System.Text.Json.Nodes;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Launcher.Aws;
using ProcessingJob.Launcher.Doctor;
using ProcessingJob.Launcher.SageMaker;
using ProcessingJob.Launcher.Tests.SageMaker;
using ProcessingJob.Testing;

namespace ProcessingJob.Launcher.Tests.Doctor;

/// <summary>The template's policies against the calls that pjob really makes, judged by a simulator of IAM from npm.</summary>
[Collection(nameof(MotoFixture))]
public sealed class PolicyTests(MotoFixture moto)
{
    const string Account = "123456789012";
    const string Role = $"arn:aws:iam::{Account}:role/processing";

    sealed record Request(string Action, string Resource, Dictionary<string, object>? Context = null);

    [Fact]
    public async Task RunPolicy_RunAndRerunAfterAKill_AllowsEveryCall()
    {
        SkipWithoutTools();
        await using var bench = await RemoteBench.StartAsync(moto);
        await using var aws = await CallRecorder.StartAsync(moto.Url);
        var target = new SageMakerTarget(Recorded(bench, aws), bench.Aws.Time);
        var spec = bench.Spec(2);
        spec = spec with { Aws = spec.Aws with { Role = Role } };

        var first = await target.RunAsync(spec, new RemoteOptions(), bench);
        Assert.True(first.Code == ExitCode.Done, first.Message);
        // What a killed run leaves: no mark of the end, a part that no record names, and a record whose part is lost.
        var record = (await bench.SnapshotAsync()).Keys.First(k => k.StartsWith(OutputLayout.CommitFolder, StringComparison.Ordinal));
        await bench.S3.DeleteObjectAsync(bench.Bucket, "out/" + OutputLayout.Success);
        var lost = (await bench.SnapshotAsync()).Keys.First(k => k.StartsWith(OutputLayout.DataFolder, StringComparison.Ordinal));
        await bench.S3.DeleteObjectAsync(bench.Bucket, $"out/{lost}");
        await bench.PutAsync($"out/{OutputLayout.DataFolder}part-00112233aabbccdd.parquet", "left by a dead host");
        var again = await target.RunAsync(spec, new RemoteOptions(), bench);
        Assert.True(again.Code == ExitCode.Done, again.Message);
        Assert.NotEmpty(record);

        var requests = Requests(bench, aws);
        Assert.Contains(requests, r => r.Action == "s3:DeleteObject" && r.Resource.Contains("part-00112233", StringComparison.Ordinal));
        Assert.Contains(requests, r => r.Action == "s3:DeleteObject" && r.Resource.Contains("_commits/", StringComparison.Ordinal));
        Assert.Contains(requests, r => r.Action == "sagemaker:CreateProcessingJob");
        var denied = await DeniedAsync(bench, ["RunPolicyArn"], requests);

        Assert.True(denied.Count == 0, string.Join("\n", denied));
    }

    [Fact]
    public async Task PeoplePolicy_DoctorWithProbe_AllowsEveryCallBeyondRunPolicy()
    {
        SkipWithoutTools();
        await using var bench = await RemoteBench.StartAsync(moto);
        await using var aws = await CallRecorder.StartAsync(moto.Url);
        var spec = bench.Spec(2);
        spec = spec with { Aws = spec.Aws with { Role = Role, Subnets = ["subnet-12345678"], SecurityGroups = ["sg-12345678"] } };

        var findings = await new AwsDoctor(Recorded(bench, aws)).ExamineAsync(spec).ToListAsync();

        Assert.NotEmpty(findings);
        await new ProbeJob(Recorded(bench, aws), bench.Aws.Time, bench).RunAsync(spec, "ml.m5.xlarge");
        var requests = Requests(bench, aws);
        Assert.Contains(requests, r => r.Action == "sagemaker:CreateProcessingJob");
        Assert.Contains(requests, r => r.Action == "servicequotas:ListServiceQuotas");
        var denied = await DeniedAsync(bench, ["RunPolicyArn", "PeoplePolicyArn"], requests);

        Assert.True(denied.Count == 0, string.Join("\n", denied));
    }

    [Fact]
    public async Task RunPolicy_WhatNoJobNeeds_IsDenied()
    {
        SkipWithoutTools();
        await using var bench = await RemoteBench.StartAsync(moto);
        var job = $"arn:aws:sagemaker:us-east-1:{Account}:processing-job/x";
        var (bucket, other) = ($"arn:aws:s3:::{bench.Bucket}", "arn:aws:s3:::somebody-elses");
        string[] anywhere =
        [
            "iam:CreateRole",
            "iam:PutRolePolicy",
            "iam:AttachRolePolicy",
            "iam:CreateUser",
            "iam:CreateAccessKey",
            "sts:AssumeRole",
            "ec2:RunInstances",
            "lambda:CreateFunction",
            "sagemaker:CreateTrainingJob",
            "sagemaker:CreateNotebookInstance",
            "sagemaker:CreateEndpoint",
            "sagemaker:CreateDomain",
            "ecr:PutImage",
            "ecr:DeleteRepository",
            "ecr:SetRepositoryPolicy",
            "logs:DeleteLogGroup",
            "cloudformation:UpdateStack",
            "secretsmanager:GetSecretValue",
            "ssm:GetParameter",
            "organizations:LeaveOrganization",
        ];
        Request[] requests =
        [
            .. anywhere.Select(a => new Request(a, "*")),
            Create(job, ["ml.p4d.24xlarge"]),
            Create(job, ["ml.m5.xlarge", "ml.g7e.48xlarge"]),
            Create(job, ["ml.m5.xlarge"], seconds: 700_000),
            new("sagemaker:CreateProcessingJob", job, new() { ["sagemaker:MaxRuntimeInSeconds"] = "60" }),
            new("sagemaker:StopProcessingJob", job),
            new("iam:PassRole", $"arn:aws:iam::{Account}:role/admin", PassedTo("sagemaker.amazonaws.com")),
            new("iam:PassRole", Role, PassedTo("ec2.amazonaws.com")),
            new("s3:DeleteBucket", bucket),
            new("s3:PutBucketPolicy", bucket),
            new("s3:PutLifecycleConfiguration", bucket),
            new("s3:PutEncryptionConfiguration", bucket),
            new("s3:DeleteObject", $"{bucket}/in/reviews.csv"),
            new("s3:DeleteObject", $"{bucket}/processingjob/models/x/model.onnx"),
            new("s3:DeleteObject", $"{bucket}/out/_reports/algo-1.json"),
            new("s3:DeleteObjectVersion", $"{bucket}/out/data/part-1.parquet"),
            new("s3:PutObjectAcl", $"{bucket}/out/data/part-1.parquet"),
            new("s3:GetObject", $"{other}/x"),
            new("s3:PutObject", $"{other}/x"),
            new("s3:ListBucket", other),
            new("logs:FilterLogEvents", $"arn:aws:logs:us-east-1:{Account}:log-group:/aws/lambda/pay:*"),
            new("ecr:BatchGetImage", $"arn:aws:ecr:us-east-1:{Account}:repository/other"),
        ];
        requests = [.. requests.Select(r => r.Resource == "*" ? r with { Resource = AnyResource(r.Action) } : r)];

        var denied = await DeniedAsync(bench, ["RunPolicyArn"], requests);

        Assert.True(requests.Length >= 40);
        Assert.Equal(requests.Select(r => $"{r.Action} {r.Resource}: ImplicitlyDenied"), denied);
    }

    [Fact]
    public async Task OrchestratorPolicy_ExampleStateMachine_AllowsItsCallsAndNoOthers()
    {
        SkipWithoutTools();
        await using var bench = await RemoteBench.StartAsync(moto);
        var job = $"arn:aws:sagemaker:us-east-1:{Account}:processing-job/x";
        var states = JsonNode.Parse(
            await File.ReadAllTextAsync(Repo.File("infra", "orchestrators", "state-machine.json"), TestContext.Current.CancellationToken)
        )!["States"]!.AsObject();
        Request[] needed =
        [
            .. states
                .Select(s => s.Value!["Parameters"]!)
                .Select(p =>
                    Create(
                        job,
                        [(string)p["ProcessingResources"]!["ClusterConfig"]!["InstanceType"]!],
                        (int)p["StoppingCondition"]!["MaxRuntimeInSeconds"]!
                    )
                ),
            new("sagemaker:DescribeProcessingJob", job),
            new("sagemaker:StopProcessingJob", job),
            new("sagemaker:AddTags", job),
            new("iam:PassRole", Role, PassedTo("sagemaker.amazonaws.com")),
            new("events:PutRule", $"arn:aws:events:us-east-1:{Account}:rule/StepFunctionsGetEventsForSageMakerProcessingJobsRule"),
        ];
        Request[] others =
        [
            Create(job, ["ml.p5.4xlarge"]),
            Create(job, ["ml.m5.xlarge"], seconds: 700_000),
            new("iam:PassRole", $"arn:aws:iam::{Account}:role/admin", PassedTo("sagemaker.amazonaws.com")),
            new("iam:PassRole", Role, PassedTo("lambda.amazonaws.com")),
            new("events:PutRule", $"arn:aws:events:us-east-1:{Account}:rule/another"),
            new("s3:GetObject", $"arn:aws:s3:::{bench.Bucket}/in/x"),
            new("sagemaker:CreateTrainingJob", AnyResource("sagemaker:CreateTrainingJob")),
        ];

        var denied = await DeniedAsync(bench, ["OrchestratorPolicyArn"], [.. needed, .. others]);

        Assert.Equal(others.Select(r => $"{r.Action} {r.Resource}: ImplicitlyDenied"), denied);
    }

    static string AnyResource(string action) =>
        action switch
        {
            "iam:CreateRole" or "iam:PutRolePolicy" or "iam:AttachRolePolicy" or "sts:AssumeRole" => $"arn:aws:iam::{Account}:role/r",
            "iam:CreateUser" or "iam:CreateAccessKey" => $"arn:aws:iam::{Account}:user/u",
            "ec2:RunInstances" => $"arn:aws:ec2:us-east-1:{Account}:instance/*",
            "lambda:CreateFunction" => $"arn:aws:lambda:us-east-1:{Account}:function:f",
            "sagemaker:CreateTrainingJob" => $"arn:aws:sagemaker:us-east-1:{Account}:training-job/t",
            "sagemaker:CreateNotebookInstance" => $"arn:aws:sagemaker:us-east-1:{Account}:notebook-instance/n",
            "sagemaker:CreateEndpoint" => $"arn:aws:sagemaker:us-east-1:{Account}:endpoint/e",
            "sagemaker:CreateDomain" => $"arn:aws:sagemaker:us-east-1:{Account}:domain/d",
            "ecr:PutImage" or "ecr:DeleteRepository" or "ecr:SetRepositoryPolicy" => $"arn:aws:ecr:us-east-1:{Account}:repository/r",
            "logs:DeleteLogGroup" => $"arn:aws:logs:us-east-1:{Account}:log-group:/aws/sagemaker/ProcessingJobs:*",
            "cloudformation:UpdateStack" => $"arn:aws:cloudformation:us-east-1:{Account}:stack/pjob/1",
            "secretsmanager:GetSecretValue" => $"arn:aws:secretsmanager:us-east-1:{Account}:secret:s",
            "ssm:GetParameter" => $"arn:aws:ssm:us-east-1:{Account}:parameter/p",
            _ => "*",
        };

    static Request Create(string job, string[] types, int seconds = 3600) =>
        new(
            "sagemaker:CreateProcessingJob",
            job,
            new() { ["sagemaker:InstanceTypes"] = types, ["sagemaker:MaxRuntimeInSeconds"] = $"{seconds}" }
        );

    static Dictionary<string, object> PassedTo(string service) => new() { ["iam:PassedToService"] = service };

    static AwsConnection Recorded(RemoteBench bench, CallRecorder aws) =>
        bench.Connection with
        {
            Endpoints = bench.Connection.Endpoints.ToDictionary(
                e => e.Key,
                e => e.Key is "S3" or "ECR" or "IAM" or "EC2" ? aws.Url : e.Value
            ),
        };

    static List<Request> Requests(RemoteBench bench, CallRecorder aws)
    {
        var calls = aws
            .Calls.Select(c => new Request(c.Action, c.Resource ?? ResourceOf(c.Action, bench)))
            .Concat(bench.Aws.Server.Calls.SelectMany(c => OfService(c, bench)));
        return [.. calls.GroupBy(r => $"{r.Action} {r.Resource}").Select(g => g.First())];
    }

    static IEnumerable<Request> OfService(FakeAws.Call call, RemoteBench bench)
    {
        var service = call.Operation switch
        {
            "FilterLogEvents" => "logs",
            "ListServiceQuotas" => "servicequotas",
            _ => "sagemaker",
        };
        var action = $"{service}:{call.Operation}";
        if (call.Operation != "CreateProcessingJob")
        {
            yield return new(action, ResourceOf(action, bench));
            yield break;
        }

        var type = call.Request.GetProperty("ProcessingResources").GetProperty("ClusterConfig").GetProperty("InstanceType").GetString()!;
        var seconds = call.Request.GetProperty("StoppingCondition").GetProperty("MaxRuntimeInSeconds").GetInt32();
        yield return Create(ResourceOf(action, bench), [type], seconds);
        yield return new("iam:PassRole", call.Request.GetProperty("RoleArn").GetString()!, PassedTo("sagemaker.amazonaws.com"));
    }

    static string ResourceOf(string action, RemoteBench bench) =>
        action.Split(':')[0] switch
        {
            _ when action is "sagemaker:ListProcessingJobs" => "*",
            "sagemaker" => $"arn:aws:sagemaker:us-east-1:{Account}:processing-job/bench",
            "logs" => $"arn:aws:logs:us-east-1:{Account}:log-group:/aws/sagemaker/ProcessingJobs:*",
            "ecr" => $"arn:aws:ecr:us-east-1:{Account}:repository/{bench.Bucket}",
            "iam" => Role,
            _ => "*",
        };

    /// <summary>The requests that the policies do not allow, each with the decision.</summary>
    async Task<List<string>> DeniedAsync(RemoteBench bench, string[] outputs, IReadOnlyList<Request> requests)
    {
        var policies = await PoliciesAsync(bench, outputs);
        var input = JsonSerializer.Serialize(
            new
            {
                account = Account,
                policies,
                requests = requests.Select(r => new
                {
                    action = r.Action,
                    resource = r.Resource,
                    context = r.Context,
                }),
            }
        );
        var decisions = JsonSerializer.Deserialize<string[]>(await Node.RunAsync("iam.mjs", [], input))!;
        return
        [
            .. requests.Zip(decisions, (r, d) => (r, d)).Where(p => p.d != "Allowed").Select(p => $"{p.r.Action} {p.r.Resource}: {p.d}"),
        ];
    }

    /// <summary>The policies of a stack made in the mock account, in which the bench's bucket, repository and role stand.</summary>
    async Task<List<JsonNode>> PoliciesAsync(RemoteBench bench, string[] outputs)
    {
        var stack = $"policies-{bench.Bucket}";
        await AwsCli.RunAsync(
            moto.Url,
            "cloudformation",
            "create-stack",
            "--stack-name",
            stack,
            "--template-body",
            "file://" + Repo.File("infra", "template.yaml"),
            "--capabilities",
            "CAPABILITY_IAM",
            "--parameters",
            $"ParameterKey=RepositoryName,ParameterValue=stack-{bench.Bucket}",
            "ParameterKey=ScheduleExpression,ParameterValue=rate(1 day)",
            "ParameterKey=StateMachineKey,ParameterValue=processingjob-recurring/machine.json"
        );
        var described = JsonNode.Parse(
            await AwsCli.RunAsync(moto.Url, "cloudformation", "describe-stacks", "--stack-name", stack, "--output", "json")
        )!;
        var made = described["Stacks"]![0]!["Outputs"]!
            .AsArray()
            .ToDictionary(o => (string)o!["OutputKey"]!, o => (string)o!["OutputValue"]!);
        var policies = new List<JsonNode>();
        foreach (var output in outputs)
        {
            var document = await AwsCli.RunAsync(
                moto.Url,
                "iam",
                "get-policy-version",
                "--policy-arn",
                made[output],
                "--version-id",
                "v1",
                "--query",
                "PolicyVersion.Document",
                "--output",
                "json"
            );
            var policy = JsonNode.Parse(
                document
                    .Replace(made["BucketName"], bench.Bucket, StringComparison.Ordinal)
                    .Replace(made["ExecutionRoleArn"], Role, StringComparison.Ordinal)
                    .Replace($"stack-{bench.Bucket}", bench.Bucket, StringComparison.Ordinal)
            )!;
            // moto leaves a list parameter one text, where CloudFormation makes it a list.
            var conditions = policy["Statement"]!.AsArray().Select(s => s!["Condition"]?["ForAllValues:StringLike"]);
            foreach (var types in conditions.OfType<JsonObject>().Where(t => t["sagemaker:InstanceTypes"] is JsonValue))
            {
                types["sagemaker:InstanceTypes"] = new JsonArray([
                    .. ((string)types["sagemaker:InstanceTypes"]!).Split(',').Select(t => (JsonNode)t),
                ]);
            }

            policies.Add(policy);
        }

        return policies;
    }

    static void SkipWithoutTools()
    {
        Assert.SkipWhen(Tool.Find("aws") is null, "aws is not on PATH (pip install awscli).");
        Assert.SkipUnless(Node.TryFind(out var reason), reason ?? "");
    }
}
