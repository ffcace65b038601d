using System.Globalization;
using System.Text.Json.Nodes;
using ProcessingJob.Launcher.Tests.SageMaker;
using ProcessingJob.Testing;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Cli.Tests;

[Collection(nameof(MotoFixture))]
public sealed class PlanCostTests(MotoFixture moto)
{
    const int Rows = 10 + 15 + 20 + 25 + 30;

    [Fact]
    public async Task Plan_S3DataAndModel_SaysRowsTimeAndCost()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        var model = ModelCache.Get(new());
        await bench.ReplaceModelAsync(model);

        var spec = bench.SpecFile(bench.Spec(2));

        var plan = JsonNode.Parse((await bench.PjobAsync("plan", spec, "--json", "--simulate", "1..4")).Out)!;

        var estimate = plan["estimate"]!;
        Assert.Equal(Rows, (int)estimate["rows"]!);
        // "line 3 of file 1" has five words and two special tokens, and none is cut.
        Assert.InRange((int)estimate["tokens"]!, 7 * Rows, 14 * Rows);
        Assert.Equal(
            (2, "ml.m5.xlarge", false),
            ((int)estimate["cost"]!["hosts"]!, (string?)estimate["cost"]!["instance_type"], (bool)estimate["cost"]!["measured"]!)
        );
        Assert.InRange((double)estimate["cost"]!["seconds"]!, 480, 600);
        var costs = estimate["simulated"]!.AsArray().Select(c => (double)c!["usd"]!).ToList();
        Assert.Equal(4, costs.Count);
        Assert.Equal(costs.Order(), costs);

        var text = (await bench.PjobAsync("plan", spec, "--deadline", "1h", "--tokens-per-second", "1000")).Out;
        Assert.Contains("at the measured 1,000 tokens/s per host", text, StringComparison.Ordinal);
        Assert.Contains("cheapest within 1h: --hosts 1", text, StringComparison.Ordinal);
        Assert.Contains("finishes within 5m", (await bench.PjobAsync("plan", spec, "--deadline", "5m")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_ModelWithoutTokenizer_PlansAndSaysWhyThereIsNoEstimate()
    {
        await using var bench = await RemoteBench.StartAsync(moto);
        var spec = bench.SpecFile(bench.Spec(2));
        var run = await bench.PjobAsync("plan", spec);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("no estimate of time and cost: ", run.Error, StringComparison.Ordinal);
        Assert.Contains("algo-2", run.Out, StringComparison.Ordinal);
        Assert.NotEqual(0, (await bench.PjobAsync("plan", spec, "--simulate", "1..3")).ExitCode);
    }

    [Theory]
    [InlineData("--simulate", "5")]
    [InlineData("--simulate", "3..1")]
    [InlineData("--deadline", "soon")]
    [InlineData("--deadline", "2147483647d")]
    [InlineData("--compute.max_runtime", "2147483647d")]
    [InlineData("--tokens-per-second", "-1")]
    public async Task Plan_BadOption_EndsWithTwo(string option, string value)
    {
        var run = await PjobRun.RunAsync("plan", "--model", "m", option, value);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(option, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_Local_SaysExpectedRowsAndTokens()
    {
        using var folder = new TempFolder();
        folder.Write(
            "data/a.txt",
            string.Concat(Enumerable.Range(0, 40_000).Select(i => string.Create(CultureInfo.InvariantCulture, $"text number {i:D6}\n")))
        );
        var spec = folder.Write(
            "job.yaml",
            $"model: {ModelCache.Get(new())}\ninput: {{ data: {folder["data"]}, format: text }}\noutput: {{ data: {folder["out"]} }}\n"
        );
        var estimate = JsonNode.Parse((await PjobRun.RunAsync("plan", spec, "--json", "--tokens-per-second", "1000")).Out)!["estimate"]!;
        Assert.InRange((int)estimate["rows"]!, 39_000, 41_000);
        Assert.Equal((int)estimate["tokens"]! / 1000.0, (double)estimate["seconds"]!, 0.1);
        Assert.Equal(2, (await PjobRun.RunAsync("plan", spec, "--simulate", "1..3")).ExitCode);
    }

    [Theory]
    [InlineData("none", true)]
    [InlineData("document", true)]
    [InlineData("query", false)]
    public async Task Plan_RouteOfTheRole_CountsItsTokensAndNoSpecialOnesOfATable(string role, bool special)
    {
        using var folder = new TempFolder();
        const string text = "a text of several words";
        folder.Write("data/a.txt", string.Concat(Enumerable.Repeat(text + "\n", 10)));
        var model = Repo.File("tests", "ProcessingJob.Models.Tests", "folders", "router-static-query");
        var spec = folder.Write(
            "job.yaml",
            $"model: {model}\ninput: {{ data: {folder["data"]}, format: text }}\noutput: {{ data: {folder["out"]} }}\n"
        );
        var route = Path.Combine(model, special ? "document_0_Transformer" : "query_0_StaticEmbedding");
        var expected = new EncodingBuffer();
        Tokenizer.Load(route).CreateEncoder(new() { AddSpecialTokens = special }).Encode(text, expected);
        var plan = await PjobRun.RunAsync("plan", spec, "--json", "--embed.role", role);
        Assert.True(plan.ExitCode == 0, plan.Error);
        Assert.Equal(10 * expected.Length(0), (int)JsonNode.Parse(plan.Out)!["estimate"]!["tokens"]!);
    }

    [Fact]
    public async Task Plan_Prompt_CountsItsTokensInEveryRow()
    {
        using var folder = new TempFolder();
        folder.Write("data/a.txt", string.Concat(Enumerable.Repeat("one two\n", 10)));
        var model = ModelCache.Get(new() { Prompts = new Dictionary<string, string> { ["query"] = "find what answers this : " } });
        var spec = folder.Write(
            "job.yaml",
            $"model: {model}\ninput: {{ data: {folder["data"]}, format: text }}\noutput: {{ data: {folder["out"]} }}\n"
        );
        async Task<int> TokensAsync(params string[] options) =>
            (int)JsonNode.Parse((await PjobRun.RunAsync(["plan", spec, "--json", .. options])).Out)!["estimate"]!["tokens"]!;
        var plain = await TokensAsync();
        var prompt = new EncodingBuffer();
        Tokenizer.Load(model).CreateEncoder(new() { AddSpecialTokens = false }).Encode("find what answers this : ", prompt);
        var expected = 10 * prompt.Length(0);
        Assert.True(expected >= 50);
        Assert.Equal(plain + expected, await TokensAsync("--tokens.prompt_name", "query"));
        Assert.Equal(plain + expected, await TokensAsync("--tokens.prompt", "find what answers this : "));
        Assert.Equal(40, await TokensAsync("--tokens.prompt_name", "query", "--tokens.max_length", "4"));
    }
}
