using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ProcessingJob.FakeAws;
using ProcessingJob.Launcher.Tests.SageMaker;
using ProcessingJob.Testing;

namespace ProcessingJob.EndToEnd.Tests;

/// <summary>docs/orchestrators.md, infra/orchestrators and the notebooks: what they say can be done, and gives what they show.</summary>
[Collection(nameof(MotoFixture))]
public sealed partial class OrchestratorsTests(MotoFixture moto)
{
    const string Finish = "finish";
    static readonly string[] States = ["Process", "Finish"];
    static readonly string Page = File.ReadAllText(Repo.File("docs", "orchestrators.md"));

    [Fact]
    public async Task Page_Commands_Run()
    {
        Assert.SkipWhen(Tool.Find("aws") is null, "aws is not on PATH (pip install awscli).");
        await using var bench = await StartAsync();
        var commands = string.Concat(Commands().Matches(Page).Select(m => m.Groups[1].Value));
        // Pipelines are none of the fake's operations.
        var script = $$"""
            set -euo pipefail
            aws() { case "$2" in create-pipeline) AWS_ENDPOINT_URL_SAGEMAKER={{moto.Url}} command aws "$@" ;; *) command aws "$@" ;; esac; }
            pjob() { dotnet {{Programs.Pjob.Arguments[0]}} "$@"; }
            {{commands.Replace("example-bucket", bench.Bucket, StringComparison.Ordinal)}}
            """;

        var ended = await RunAsync(bench, "bash", ["-c", script]);

        Assert.True(ended.ExitCode == 0, ended.Out + ended.Error);
        Assert.Single(bench.Aws.Server.Jobs.All);
        Assert.Equal(4, Regex.Count(commands, "^pjob request ", RegexOptions.Multiline));
        var uploaded = await bench.S3.GetObjectAsync(bench.Bucket, "processingjob-recurring/reviews-1.json");
        Assert.NotNull(JsonNode.Parse(await new StreamReader(uploaded.ResponseStream).ReadToEndAsync())!["StartAt"]);
    }

    [Theory]
    [InlineData("stepfunctions", "state-machine.json")]
    [InlineData("airflow", "dag.py")]
    [InlineData("pipelines", "pipeline.json")]
    public async Task Example_OfAnOrchestrator_IsWhatRequestWrites(string format, string file)
    {
        await using var bench = await StartAsync();

        var ended = await RunAsync(bench, "dotnet", [Programs.Pjob.Arguments[0], "request", "job.yaml", "--recurring", "--format", format]);

        Assert.True(ended.ExitCode == 0, ended.Error);
        var (example, written) = (Example(file), AsExample(ended.Out, bench));
        if (await File.ReadAllTextAsync(example, TestContext.Current.CancellationToken) != written)
        {
            var now = Path.Combine(Path.GetTempPath(), file);
            await File.WriteAllTextAsync(now, written, TestContext.Current.CancellationToken);
            Assert.Fail($"{example} is not what pjob request writes now; fix: cp {now} {example}");
        }
    }

    [Fact]
    public async Task StateMachine_AslValidator_HasNoFault()
    {
        Assert.SkipUnless(Node.TryFind(out var reason), reason ?? "");
        var text = await File.ReadAllTextAsync(Example("state-machine.json"), TestContext.Current.CancellationToken);

        Assert.Equal("[]", await Node.RunAsync("asl.mjs", [], text, TestContext.Current.CancellationToken));
        Assert.NotEqual(
            "[]",
            await Node.RunAsync(
                "asl.mjs",
                [],
                text.Replace("\"Next\": \"Finish\"", "\"Next\": \"Nowhere\"", StringComparison.Ordinal),
                TestContext.Current.CancellationToken
            )
        );
    }

    [Fact]
    public void StateMachineAndPipeline_TheirRequests_FitTheServicesModel()
    {
        var machine = JsonNode.Parse(File.ReadAllText(Example("state-machine.json")))!["States"]!;
        AssertRequests([.. States.Select(s => Named(machine[s]!["Parameters"]!))]);

        var steps = JsonNode.Parse(File.ReadAllText(Example("pipeline.json")))!["Steps"]!.AsArray();
        AssertRequests([.. steps.Select(s => Named(s!["Arguments"]!))]);
        Assert.Equal("Process", (string?)steps[1]!["DependsOn"]![0]);

        // Of an execution: Step Functions and Pipelines make names themselves.
        static JsonObject Named(JsonNode parameters)
        {
            var request = parameters.DeepClone().AsObject();
            if (request.Remove("ProcessingJobName.$", out var format))
            {
                var name = Regex.Match((string)format!, @"^States\.Format\('(.+)\{\}', States\.UUID\(\)\)$").Groups[1].Value;
                Assert.InRange(name.Length, 2, 63 - 36);
                request["ProcessingJobName"] = name + Guid.Empty;
            }

            request.TryAdd("ProcessingJobName", "made-by-the-pipeline");
            return request;
        }
    }

    [Theory]
    [InlineData("airflow", "infra", "orchestrators", "dag.py")]
    [InlineData("sagemaker-2", "scripts", "notebooks", "sagemaker-2.ipynb")]
    [InlineData("sagemaker-3", "scripts", "notebooks", "sagemaker-3.ipynb")]
    public async Task PythonProgram_ItsRequests_FitTheServicesModel(string kind, params string[] file)
    {
        Assert.SkipWhen(Tool.Find("python3") is null, "python3 is not on PATH.");
        var start = new ProcessStartInfo("python3", [Repo.File("tests", "reference", "sdk_requests.py"), kind, Repo.File(file)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };

        using var program = Process.Start(start)!;
        var ended = await program.EndAsync();

        Assert.True(ended.ExitCode == 0, ended.Error);
        AssertRequests([.. JsonNode.Parse(ended.Out)!.AsArray().Select(r => r!.AsObject())]);
    }

    /// <summary>The request of the job, and the one that finishes its output.</summary>
    static void AssertRequests(IReadOnlyList<JsonObject> requests)
    {
        Assert.Equal(2, requests.Count);
        foreach (var model in new[] { ShapeModel.Own("sagemaker"), ShapeModel.Botocore("sagemaker") }.OfType<ShapeModel>())
        {
            Assert.All(requests, r => Assert.Empty(model.Check("CreateProcessingJob", JsonSerializer.SerializeToElement(r))));
        }

        Assert.All(requests, r => Assert.Null(CrossRules.Check(JsonSerializer.SerializeToElement(r))));
        var (job, finish) = (requests[0], requests[1]);
        var inputs = job["ProcessingInputs"]!.AsArray().ToDictionary(i => (string)i!["InputName"]!, i => i!["S3Input"]!);
        Assert.Equal("ShardedByS3Key", (string?)inputs["data"]["S3DataDistributionType"]);
        Assert.All(
            inputs,
            input =>
            {
                Assert.Equal($"/opt/ml/processing/input/{input.Key}", (string?)input.Value["LocalPath"]);
                Assert.EndsWith("/", (string)input.Value["S3Uri"]!, StringComparison.Ordinal);
            }
        );
        var output = job["ProcessingOutputConfig"]!["Outputs"]![0]!["S3Output"]!;
        Assert.Equal("Continuous", (string?)output["S3UploadMode"]);
        var arguments = finish["AppSpecification"]!["ContainerArguments"]!.AsArray().Select(a => (string)a!).ToArray();
        Assert.Equal([Finish, ((string)output["S3Uri"]!).TrimEnd('/')], arguments.Select(a => a.TrimEnd('/')));
        Assert.Equal("1", finish["ProcessingResources"]!["ClusterConfig"]!["InstanceCount"]!.ToJsonString());
        Assert.Null(finish["ProcessingInputs"]);
    }

    static string Example(string file) => Repo.File("infra", "orchestrators", file);

    /// <summary>What depends on the account, the model and the image is what the examples have.</summary>
    static string AsExample(string text, RemoteBench bench)
    {
        text = text.Replace($"amazonaws.com/{bench.Bucket}@", "amazonaws.com/processingjob@", StringComparison.Ordinal)
            .Replace($"s3://{bench.Bucket}/model/", "s3://example-bucket/models/minilm/", StringComparison.Ordinal)
            .Replace(bench.Bucket, "example-bucket", StringComparison.Ordinal);
        text = Digest().Replace(text, $"sha256:{new string('0', 64)}");
        text = Content().Replace(text, "0123456789abcdef");
        return Hash().Replace(text, m => "0123456789"[..m.Length]);
    }

    async Task<RemoteBench> StartAsync()
    {
        var bench = await RemoteBench.StartAsync(moto, files: 0, ["true"]);
        for (var i = 0; i < 2; i++)
        {
            await bench.PutAsync($"reviews/{i}.jsonl", $$"""{"review_id": "r{{i}}", "review_body": "a word"}""" + "\n");
        }

        var job = File.ReadAllText(Example("job.yaml"))
            .Replace("processingjob:1-cpu", $"{bench.Bucket}:1", StringComparison.Ordinal)
            .Replace("models/minilm/", "model/", StringComparison.Ordinal)
            .Replace("example-bucket", bench.Bucket, StringComparison.Ordinal);
        bench.Write("job.yaml", job);
        return bench;
    }

    async Task<Ended> RunAsync(RemoteBench bench, string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = bench.Local(),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (
            var (key, value) in new[]
            {
                ("AWS_ACCESS_KEY_ID", "AKIATEST"),
                ("AWS_SECRET_ACCESS_KEY", "secret"),
                ("AWS_REGION", "us-east-1"),
                ("AWS_DEFAULT_REGION", "us-east-1"),
                ("AWS_EC2_METADATA_DISABLED", "true"),
                ("AWS_ENDPOINT_URL", moto.Url),
                ("AWS_ENDPOINT_URL_SAGEMAKER", bench.Aws.Server.Url),
                ("ORT_DISABLE_TELEMETRY", "1"),
            }
        )
        {
            start.Environment[key] = value;
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        return await process.EndAsync();
    }

    [GeneratedRegex("```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Commands();

    [GeneratedRegex("sha256:[0-9a-f]{64}")]
    private static partial Regex Digest();

    // Of the config channel, in which the names of buckets stand.
    [GeneratedRegex("(?<=/)[0-9a-f]{16}(?=/config/)")]
    private static partial Regex Content();

    // A name that is too long for an execution's own part is cut within the hash.
    [GeneratedRegex("(?<=reviews-minilm-)[0-9a-f]{9,10}")]
    private static partial Regex Hash();
}
