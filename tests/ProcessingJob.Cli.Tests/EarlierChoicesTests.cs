using System.Text.Json.Nodes;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher.Tests.SageMaker;

namespace ProcessingJob.Cli.Tests;

[Collection(nameof(MotoFixture))]
public sealed class EarlierChoicesTests(MotoFixture moto)
{
    [Theory]
    [InlineData(true, 384)]
    [InlineData(false, null)]
    public async Task Run_GoesOn_KeepsWhatTheReportsSayWasChosen(bool tune, int? expected)
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        var spec = bench.Spec(1);
        var file = bench.SpecFile(spec with { Compute = spec.Compute with { Tune = tune } });
        bench.Hosts.Environment["FAKE_WORKER"] = "*:crash:2";
        Assert.Equal(5, (await bench.PjobAsync("run", file)).ExitCode);
        await bench.PutAsync(
            "out/_reports/algo-1.json",
            System.Text.Encoding.UTF8.GetString(
                ContractJson.Write(
                    new HostReport
                    {
                        Host = "algo-1",
                        TokenBudget = 384,
                        ModelFile = "onnx/other.onnx",
                    }
                )
            )
        );
        bench.Hosts.Environment["FAKE_WORKER"] = "";

        var run = await bench.PjobAsync("run", file, "--no-wait", "--json");

        var name = (string)JsonNode.Parse(run.Out)!["job"]!;
        var work = JsonNode.Parse((await bench.ConfigAsync(name, "plan.json"))!)!;
        Assert.Equal((expected, "onnx/other.onnx"), ((int?)work["token_budget"], (string?)work["model_file"]));
    }
}

/// <summary>The same on this machine.</summary>
public sealed class LocalEarlierChoicesTests
{
    [Fact]
    public async Task Run_GoesOn_KeepsWhatTheReportsSayWasChosen()
    {
        using var bench = new CliBench();
        Assert.Equal(0, (await bench.RunAsync("run", bench.Spec, "--compute.tune", "true")).Code);
        bench.Write("data/f9.txt", "{\"n\":1}\n");
        bench.Write(
            "out/_reports/algo-1.json",
            System.Text.Encoding.UTF8.GetString(
                ContractJson.Write(
                    new HostReport
                    {
                        Host = "algo-1",
                        TokenBudget = 384,
                        ModelFile = "onnx/other.onnx",
                    }
                )
            )
        );
        var spec = SpecReader.Apply(SpecReader.ReadFile(bench.Spec), "compute.tune", "true");
        var events = new Plans();
        var result = await new Launcher.Local.LocalTarget().RunAsync(spec, events, TestContext.Current.CancellationToken);
        Assert.Equal((ExitCode.Done, 3), (result.Code, result.UnitsCommittedBefore));
        var work = Assert.Single(events.Seen).Work;
        Assert.Equal((384, "onnx/other.onnx"), (work.TokenBudget, work.ModelFile));
    }

    sealed class Plans : IProgress<Launcher.Progress.JobEvent>
    {
        public List<Launcher.Planning.JobPlan> Seen { get; } = [];

        public void Report(Launcher.Progress.JobEvent value)
        {
            if (value is Launcher.Progress.JobPlanned planned)
            {
                Seen.Add(planned.Plan);
            }
        }
    }
}
