using System.Text.Json.Nodes;
using ProcessingJob.Samples;
using ProcessingJob.Testing;

namespace ProcessingJob.Cli.Tests;

/// <summary>
/// A warning is said once wherever a user looks: plan, end of run and manifest (the page of the report: ReportTests); with --strict it is
/// an error.
/// </summary>
public sealed class WarningTests
{
    const string Guessed = "pooling_guessed";

    static readonly string Bare = ModelCache.Get(new SampleModelOptions { Pooling = null });

    static int Count(string text) => text.Split(Guessed).Length - 1;

    [Fact]
    public async Task Warning_OfTheModelFolder_AppearsOnceInPlanRunAndManifest()
    {
        using var bench = new CliBench();
        var plan = await bench.RunAsync("plan", bench.Spec, "--model", Bare);
        Assert.Equal((0, 1), (plan.Code, Count(plan.Out)));
        var planned = JsonNode.Parse((await bench.RunAsync("plan", bench.Spec, "--model", Bare, "--json")).Out)!["warnings"]!;
        Assert.Equal(Guessed, (string)Assert.Single(planned.AsArray())!["code"]!);

        var run = await bench.RunAsync("run", bench.Spec, "--model", Bare, "--hosts", "2");
        Assert.True(run.Code == 0, run.Error);
        Assert.Equal(1, Count(run.Out + run.Error));
        Assert.Contains("warning: the model folder has no modules.json", run.Out, StringComparison.Ordinal);

        var manifest = JsonNode.Parse(File.ReadAllText(bench.Path("out", "_manifest.json")))!["warnings"]!;
        Assert.True(JsonNode.DeepEquals(planned, manifest), manifest.ToJsonString());

        var again = await bench.RunAsync("run", bench.Spec, "--model", Bare, "--hosts", "2", "--json");
        Assert.True(JsonNode.DeepEquals(planned, JsonNode.Parse(again.Out)!["warnings"]), again.Out);
    }

    [Fact]
    public async Task Strict_Warning_EndsWithTwoBeforeAnythingStarts()
    {
        using var bench = new CliBench();
        foreach (
            var command in (string[][])
                [
                    ["plan"],
                    ["run", "--dry-run"],
                    ["run"],
                ]
        )
        {
            var strict = await bench.RunAsync([.. command, bench.Spec, "--model", Bare, "--strict"]);
            Assert.Equal((2, 1), (strict.Code, Count(strict.Out + strict.Error)));
            Assert.Contains("--strict: found a warning:\n  the model folder has no modules.json", strict.Error, StringComparison.Ordinal);
            Assert.Equal(
                2,
                (int)
                    JsonNode.Parse((await bench.RunAsync([.. command, bench.Spec, "--model", Bare, "--strict", "--json"])).Out)![
                        "exit_code"
                    ]!
            );
            Assert.False(Directory.Exists(bench.Path("out", "_commits")), "a worker has run");
            Assert.Equal(0, (await bench.RunAsync([.. command, bench.Spec, "--strict", "-o", bench.Path("fine")])).Code);
        }
    }

    [Fact]
    public async Task Strict_WarningOfAFinishedOutput_EndsWithTwo()
    {
        using var bench = new CliBench();
        Assert.Equal(0, (await bench.RunAsync("run", bench.Spec, "--model", Bare)).Code);
        var strict = await bench.RunAsync("run", bench.Spec, "--model", Bare, "--strict");
        Assert.Equal(2, strict.Code);
        Assert.Contains("--strict: found a warning", strict.Error, StringComparison.Ordinal);
    }
}
