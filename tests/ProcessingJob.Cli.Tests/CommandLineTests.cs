namespace ProcessingJob.Cli.Tests;

public class CommandLineTests
{
    [Theory]
    [InlineData("error: unknown command 'rum'; did you mean run?", "rum")]
    [InlineData("error: unknown option --tokens.max_lenght; did you mean --tokens.max_length?", "run", "--tokens.max_lenght", "3")]
    [InlineData("error: unknown option --host; did you mean --hosts?", "plan", "job.yaml", "--host", "3")]
    [InlineData("error: --tokens.max_length: found 'many', expected a whole number", "run", "--tokens.max_length", "many")]
    [InlineData("error: unknown option --max_length; did you mean --max-length?", "tokenize", "model", "text", "--max_length", "3")]
    [InlineData(
        "error: unknown option --max_answer_length; did you mean --max-answer-length?",
        "ask",
        "model",
        "-c",
        "-",
        "--max_answer_length",
        "3"
    )]
    [InlineData("error: --rows: found -5, expected at least 1", "head", "folder", "-n", "-5")]
    [InlineData("error: --hosts: found 'many', expected a whole number", "run", "job.yaml", "--hosts", "many")]
    [InlineData("error: --tokens-per-second: found 'fast', expected a number", "plan", "job.yaml", "--tokens-per-second", "fast")]
    [InlineData("error: no job spec: expected a file such as job.yaml; fix: write one with 'pjob init DATA MODEL'", "run")]
    [InlineData("error: none.yaml: cannot read the job spec", "run", "none.yaml")]
    [InlineData("error: --local and --sagemaker: expected one of them", "run", "--name", "n", "--local", "--sagemaker")]
    [InlineData("error: --wait and --no-wait: expected one of them", "run", "--name", "n", "--wait", "--no-wait")]
    [InlineData("error: model: not set", "run", "--name", "n")]
    public async Task Pjob_WrongCommandLine_EndsWithTwoAndOneMessage(string expected, params string[] args)
    {
        using var bench = new CliBench();
        var (code, output, error) = await bench.RunAsync(args);
        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pjob_SpecWithFaults_NamesFileAndLine()
    {
        using var bench = new CliBench();
        var spec = bench.Write("bad.yaml", "task: embed\ninput:\n  txet: a\n");
        var (code, _, error) = await bench.RunAsync("run", spec);
        Assert.Equal(2, code);
        Assert.Contains("bad.yaml:3: unknown key 'input.txet'; did you mean 'input.text'?", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pjob_ErrorWithJson_PrintsADocumentToo()
    {
        using var bench = new CliBench();
        var (code, output, _) = await bench.RunAsync("run", "none.yaml", "--json");
        Assert.Equal(2, code);
        Assert.Equal(2, (int)System.Text.Json.Nodes.JsonNode.Parse(output)!["exit_code"]!);
    }

    [Fact]
    public async Task Schema_IsJson()
    {
        using var bench = new CliBench();
        var (code, output, _) = await bench.RunAsync("schema");
        Assert.Equal(0, code);
        Assert.NotNull(System.Text.Json.Nodes.JsonNode.Parse(output)!["properties"]!["tokens"]);
    }
}
