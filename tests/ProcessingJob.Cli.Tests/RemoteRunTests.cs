using System.Text.Json.Nodes;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher.Tests.SageMaker;
using ProcessingJob.Storage;
using ProcessingJob.Testing;

namespace ProcessingJob.Cli.Tests;

/// <summary>pjob against a SageMaker that runs the hosts' processes, from S3 to S3.</summary>
[Collection(nameof(MotoFixture))]
public sealed class RemoteRunTests(MotoFixture moto)
{
    const int Rows = 10 + 15 + 20 + 25 + 30;

    [Fact]
    public async Task Run_S3Data_RunsOnSageMakerToItsEnd()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        var run = await bench.PjobAsync("run", bench.SpecFile(bench.Spec(2)));
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains($"{Rows} rows in = {Rows} kept", run.Out, StringComparison.Ordinal);
        Assert.Contains("2 x ml.m5.xlarge", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', run.Out);
        Assert.True(await bench.LooksFinishedAsync());

        var again = await bench.PjobAsync("run", bench.SpecFile(bench.Spec(2)), "--json");
        Assert.True((bool)JsonNode.Parse(again.Out)!["already_complete"]!);
    }

    [Fact]
    public async Task Run_DryRunJson_IsTheRequestThatTheRunSends()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        bench.WriteModel("model");
        var spec = bench.SpecFile(bench.Spec(2) with { Model = bench.Local("model") });
        var dry = await bench.PjobAsync("run", spec, "--dry-run", "--json");
        Assert.True(dry.ExitCode == 0, dry.Error);
        Assert.Empty(bench.Aws.Server.Jobs.All);
        Assert.Contains("not staged: ", dry.Error, StringComparison.Ordinal);
        Assert.Contains("\nnot staged: ", (await bench.PjobAsync("run", spec, "--dry-run")).Out, StringComparison.Ordinal);
        // What 'pjob request' stages and prints is the same.
        await using var other = await RemoteBench.StartAsync(moto);
        other.WriteModel("model");
        var own = other.SpecFile(other.Spec(2) with { Model = other.Local("model") });
        var planned = await other.PjobAsync("run", own, "--dry-run", "--json");
        var requested = await other.PjobAsync("request", own);
        Assert.True(requested.ExitCode == 0, requested.Error);
        Assert.DoesNotContain("not staged", requested.Error, StringComparison.Ordinal);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(planned.Out), JsonNode.Parse(requested.Out)), requested.Out);

        await bench.PjobAsync("run", spec);
        var sent = Assert.Single(bench.Aws.Server.Calls, c => c.Operation == "CreateProcessingJob").Request;
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(dry.Out), JsonNode.Parse(sent.GetRawText())), dry.Out);
    }

    [Theory]
    [InlineData("json", false)]
    [InlineData("stepfunctions", true)]
    [InlineData("pipelines", false)]
    public async Task Request_JsonOfAnOrchestrator_HoldsTheRequestAndTheFinish(string format, bool recurring)
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        var spec = bench.Spec() with { Input = bench.Spec().Input with { Sharding = recurring ? Sharding.ByKey : Sharding.Balanced } };
        string[] command = ["request", bench.SpecFile(spec), "--format", format, .. recurring ? new[] { "--recurring" } : []];
        var said = await bench.PjobAsync(command);
        Assert.True(said.ExitCode == 0, said.Error);
        Assert.Contains($"pjob finish s3://{bench.Bucket}/out", said.Error, StringComparison.Ordinal);
        Assert.Empty(bench.Aws.Server.Jobs.All);

        var root = JsonNode.Parse(said.Out)!;
        var (process, finish) = format switch
        {
            "stepfunctions" => (root["States"]!["Process"]!["Parameters"]!, root["States"]!["Finish"]!["Parameters"]),
            "pipelines" => (root["Steps"]![0]!["Arguments"]!, root["Steps"]![1]!["Arguments"]),
            _ => (root, null),
        };
        var inputs = process["ProcessingInputs"]!
            .AsArray()
            .ToDictionary(i => (string)i!["InputName"]!, i => (string)i!["S3Input"]!["S3Uri"]!);
        Assert.Equal(["config", "data", "model"], inputs.Keys.Order());
        // What the request names is there already, the plan only where the request is for one run.
        var config = await bench.S3.ListObjectsV2Async(new() { BucketName = bench.Bucket, Prefix = S3Uri.Parse(inputs["config"], "").Key });
        string[] planned = ["job.json", "plan-0.json.gz", "plan.json"];
        Assert.Equal(recurring ? ["job.json"] : planned, config.S3Objects.Select(o => o.Key.Split('/')[^1]).Order(StringComparer.Ordinal));
        if (finish is not null)
        {
            Assert.Equal(
                ["finish", $"s3://{bench.Bucket}/out"],
                finish["AppSpecification"]!["ContainerArguments"]!.AsArray().Select(a => (string)a!)
            );
            Assert.Equal(recurring, process["ProcessingJobName.$"] is not null);
        }
    }

    [Theory]
    [InlineData("boto3", false)]
    [InlineData("boto3", true)]
    [InlineData("airflow", true)]
    [InlineData("cli", true)]
    public async Task Request_ScriptOfAnOrchestrator_IsOne(string format, bool recurring)
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        var spec = bench.Spec() with { Input = bench.Spec().Input with { Sharding = Sharding.ByKey } };
        string[] command = ["request", bench.SpecFile(spec), "--format", format, .. recurring ? new[] { "--recurring" } : []];
        var said = await bench.PjobAsync(command);
        Assert.True(said.ExitCode == 0, said.Error);
        var script = bench.Write("script", said.Out);
        var (tool, arguments) = format == "cli" ? ("bash", new[] { "-n", script }) : ("python3", ["-m", "py_compile", script]);
        Assert.SkipWhen(Tool.Find(tool) is null, $"{tool} is not installed");
        using var check = System.Diagnostics.Process.Start(tool, arguments);
        await check.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, check.ExitCode);
    }

    [Fact]
    public async Task Run_KeptColumns_AreTypedInThePlan()
    {
        await using var bench = await RemoteBench.StartAsync(moto, files: 0);
        await bench.PutAsync("in/a.jsonl", """{"text":"one","stars":3}""" + "\n");
        var spec = bench.Spec();
        var run = await bench.PjobAsync(
            "run",
            bench.SpecFile(spec with { Input = spec.Input with { Format = InputFormat.Jsonl, Text = ["text"], Keep = ["stars"] } }),
            "--no-wait",
            "--json"
        );
        Assert.True(run.ExitCode == 0, run.Error);
        var name = (string)JsonNode.Parse(run.Out)!["job"]!;
        var schema = JsonNode.Parse((await bench.ConfigAsync(name, "plan.json"))!)!["schema"]!;
        Assert.Equal("""[{"name":"stars","type":"int64"}]""", schema.ToJsonString());
    }

    [Fact]
    public async Task Run_WorkerFails_EndsWithFive()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        bench.Hosts.Environment["FAKE_WORKER"] = "algo-1:exit:4";
        var run = await bench.PjobAsync("run", bench.SpecFile(bench.Spec()), "--json");
        Assert.Equal(5, run.ExitCode);
        Assert.Equal(("Failed", 5), ((string?)JsonNode.Parse(run.Out)!["status"], (int)JsonNode.Parse(run.Out)!["exit_code"]!));
        Assert.Contains("hosts said: host=algo-1 told to fail", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_NoWait_ComesBackByName()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        var submitted = await bench.PjobAsync("run", bench.SpecFile(bench.Spec(2)), "--no-wait");
        Assert.Equal(0, submitted.ExitCode);
        var name = Assert.Single(bench.Aws.Server.Jobs.All).Name;
        Assert.Contains("pjob logs -f " + name, submitted.Out, StringComparison.Ordinal);

        Assert.Contains($"{name}: Pending, 2 hosts of ml.m5.xlarge", (await bench.PjobAsync("status", name)).Out, StringComparison.Ordinal);
        var logs = await bench.PjobAsync("logs", "-f", name);
        Assert.True(logs.ExitCode == 0, logs.Error);
        Assert.Contains("algo-2  ", logs.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("_aws", logs.Out, StringComparison.Ordinal);
        Assert.DoesNotContain(logs.Out.Split('\n')[..^1], line => line.TrimEnd().EndsWith("algo-2", StringComparison.Ordinal));
        var status = JsonNode.Parse((await bench.PjobAsync("status", name, "--json")).Out)!;
        Assert.Equal(("Completed", 5, 5), ((string?)status["state"], (int)status["units"]!, (int)status["units_committed"]!));
        Assert.Equal(logs.Out, (await bench.PjobAsync("logs", name)).Out);
        Assert.Contains("has already ended: Completed", (await bench.PjobAsync("stop", name)).Out, StringComparison.Ordinal);
        Assert.Equal("Completed", (string?)JsonNode.Parse((await bench.PjobAsync("stop", name, "--json")).Out)!["status"]);
        Assert.Equal(
            logs.Out.TrimEnd().Split('\n').Length,
            JsonNode.Parse((await bench.PjobAsync("logs", name, "--json")).Out)!.AsArray().Count
        );

        var finished = await bench.PjobAsync("run", bench.SpecFile(bench.Spec(2)));
        Assert.True(finished.ExitCode == 0, finished.Error);
        Assert.True(await bench.LooksFinishedAsync());
        Assert.Single(bench.Aws.Server.Jobs.All);
    }

    [Fact]
    public async Task Status_RunningJob_SaysHowFarItIs()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        bench.Aws.Server.Jobs.Runner = null;
        bench.Aws.Server.Jobs.Scripts.Enqueue(new(PendingPolls: 0, RunningPolls: 9));
        await bench.PjobAsync("run", bench.SpecFile(bench.Spec(2)), "--no-wait");
        var job = Assert.Single(bench.Aws.Server.Jobs.All).Name;
        var now = bench.Aws.Time.GetUtcNow();
        Say("algo-1", now - TimeSpan.FromHours(1), 1);
        Say("algo-1", now - TimeSpan.FromSeconds(20), 1_000);
        Say("algo-2", now - TimeSpan.FromSeconds(15), 10);
        Say("algo-1", now - TimeSpan.FromSeconds(10), 1_500);

        var text = await bench.PjobAsync("status", job);
        Assert.True(text.ExitCode == 0, text.Error);
        Assert.Contains($"{job}: Running", text.Out, StringComparison.Ordinal);
        Assert.Contains("progress: 1,510 rows (15.1 % of the input), 50 rows/s, 4 rejected\n", text.Out, StringComparison.Ordinal);
        var status = JsonNode.Parse((await bench.PjobAsync("status", job, "--json")).Out)!;
        Assert.Equal(
            """{"rows":1510,"rejects":4,"bytes":15100,"total_bytes":100000,"rows_per_second":50,"hosts":2}""",
            status["progress"]!.ToJsonString()
        );

        void Say(string host, DateTimeOffset at, int rows) =>
            bench.Aws.Server.Logs.Print(
                job,
                host,
                $$"""{"@t":"{{at:O}}","@m":"m","Event":"progress","Rows":{{rows}},"Tokens":9,"Bytes":{{rows * 10}},"TotalBytes":50000,"Rejects":2}""",
                at
            );
    }

    [Theory]
    [InlineData(false, "", "detached: ", "InProgress")]
    [InlineData(true, "d\n", "detached: ", "InProgress")]
    [InlineData(true, "s\n", "; committed work is kept", "Stopping")]
    public async Task Run_CtrlC_DetachesOrStops(bool canAsk, string answer, string said, string status)
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        bench.Hosts.Environment["FAKE_WORKER"] = "*:hang:1";
        using var signals = new CommandStop();
        await using var output = new Watch(text => text.Contains("bench-") && text.Contains("running"), signals.Stop);
        var run = await bench.PjobAsync(["run", bench.SpecFile(bench.Spec())], output, signals, canAsk, answer);
        Assert.Equal(130, run.ExitCode);
        Assert.Contains(said, run.Error, StringComparison.Ordinal);
        var name = Assert.Single(bench.Aws.Server.Jobs.All).Name;
        Assert.Equal(status, bench.Aws.Server.Jobs.Find(name)!.Status);
        await bench.PjobAsync("stop", name);
        // Its hosts write to the bench's folder until they have ended.
        await (bench.Aws.Server.Jobs.Find(name)!.Run ?? Task.CompletedTask);
    }

    [Fact]
    public async Task Run_OnATerminalWhileItRuns_FollowsItWithABarPerHost()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        await bench.PjobAsync("run", bench.SpecFile(bench.Spec(2)), "--no-wait");
        var run = await bench.PjobAsync(["run", bench.SpecFile(bench.Spec(2))], new StringWriter(), isTerminal: true);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("is running already", run.Out, StringComparison.Ordinal);
        Assert.Contains("algo-2  done", run.Out, StringComparison.Ordinal);
        Assert.Contains($"{Rows} rows in = {Rows} kept", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ForceWhenFinished_StartsANewJob()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        var spec = bench.SpecFile(bench.Spec());
        bench.Hosts.Environment["FAKE_WORKER"] = "*:crash:1";
        Assert.Equal(5, (await bench.PjobAsync("run", spec)).ExitCode);
        bench.Hosts.Environment["FAKE_WORKER"] = "";
        var forced = await bench.PjobAsync("run", spec, "--force", "--json");
        Assert.EndsWith("-2", (string?)JsonNode.Parse(forced.Out)!["job"], StringComparison.Ordinal);
        Assert.Equal(2, (await PjobRun.RunAsync("run", "--force", "--model", "m", "--input.data", "d")).ExitCode);
    }

    [Fact]
    public async Task List_PartOfTheName_ShowsThoseJobs()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        bench.Aws.Server.Jobs.Runner = null;
        await bench.PjobAsync("run", bench.SpecFile(bench.Spec()), "--no-wait");
        await bench.PjobAsync(
            "run",
            bench.SpecFile(bench.Spec() with { Name = "other" }),
            "--no-wait",
            "--output",
            $"s3://{bench.Bucket}/out2/"
        );
        Assert.Equal(3, (await bench.PjobAsync("list")).Out.Trim().Split('\n').Length);
        var found = JsonNode.Parse((await bench.PjobAsync("list", "other", "--json")).Out)!.AsArray();
        Assert.StartsWith("other-", (string?)Assert.Single(found)!["job"], StringComparison.Ordinal);
        Assert.Equal("no jobs\n", (await bench.PjobAsync("list", "--status", "failed")).Out);
        var unknown = await bench.PjobAsync("list", "--status", "Unknown");
        Assert.Equal(
            (2, true),
            (unknown.ExitCode, unknown.Error.Contains("--status: found Unknown, expected one of InProgress", StringComparison.Ordinal))
        );
    }

    [Theory]
    [InlineData("status")]
    [InlineData("logs")]
    [InlineData("stop")]
    public async Task ByName_NoSuchJob_SaysSo(string command)
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        var run = await bench.PjobAsync(command, "no-such-job");
        Assert.Equal(5, run.ExitCode);
        Assert.Contains("there is no processing job no-such-job", run.Error, StringComparison.Ordinal);
    }

    /// <summary>Does something once, when the text so far says what it waits for.</summary>
    sealed class Watch(Func<string, bool> until, Action then) : StringWriter
    {
        bool _done;

        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (_done || !until(ToString()))
            {
                return;
            }

            _done = true;
            then();
        }
    }
}
