using CsCheck;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Contract.Tests;

public sealed class SpecReaderTests
{
    const string Full = """
        name: reviews-minilm
        task: embed
        model: ./models/minilm
        input:
          data: s3://bucket/reviews/
          text: [title, review_body]
          id: review_id
          keep: "*"
          sharding: by_key
        tokens: { max_length: 128, overflow: window, stride: 32, prompt: "passage: " }
        embed:
          pooling: mean_sqrt_len
          normalize: true
          dimensions: 256
        output:
          data: out
          split: { train: 0.9, validation: 0.05, test: 0.05 }
        compute:
          instance_type: [ml.g5.xlarge, ml.g4dn.xlarge]
          max_runtime: 1h30m
        aws:
          tags: { team: nlp }
        """;

    [Fact]
    public void Parse_FullYaml_ReadsEveryKind()
    {
        var spec = SpecReader.Parse(Full, "job.yaml");

        Assert.Equal(TaskKind.Embed, spec.Task);
        Assert.Equal(["title", "review_body"], spec.Input.Text);
        Assert.Equal(["*"], spec.Input.Keep);
        Assert.Equal(Sharding.ByKey, spec.Input.Sharding);
        Assert.Equal(128, spec.Tokens.MaxLength);
        Assert.Equal("passage: ", spec.Tokens.Prompt);
        Assert.Equal(PoolingKind.MeanSqrtLen, spec.Embed.Pooling);
        Assert.Equal(Toggle.True, spec.Embed.Normalize);
        Assert.Equal(0.05, spec.Output.Split[1].Value);
        Assert.Equal(TimeSpan.FromMinutes(90), spec.Compute.MaxRuntime);
        Assert.Equal("nlp", spec.Aws.Tags[0].Value);
    }

    [Fact]
    public void Parse_ItsOwnJson_GivesTheSameSpec()
    {
        var spec = SpecReader.Parse(Full, "job.yaml");

        Assert.Equal(spec, SpecReader.Parse(SpecWriter.ToJsonText(spec), "job.json"));
    }

    [Fact]
    public void Parse_JsonIndentedByTabs_IsRead() =>
        Assert.Equal("m", SpecReader.Parse("{\n\t\"model\": \"m\",\n\t\"input\": {\n\t\t\"data\": \"d\"\n\t}\n}", "job.json").Model);

    [Theory]
    [InlineData("tokens:\n  max_lenght: 3", "job.yaml:2: unknown key 'tokens.max_lenght'; did you mean 'tokens.max_length'?")]
    [InlineData("max_length: 3", "job.yaml:1: unknown key 'max_length'; did you mean 'tokens.max_length'?")]
    [InlineData("inptu:\n  data: x", "job.yaml:1: unknown key 'inptu'; did you mean 'input'?")]
    [InlineData(
        "task: embedd",
        "job.yaml:1: task: found 'embedd', expected embed | sparse | multivector | classify | tag | rerank | answer | tokenize "
            + "(did you mean 'embed'?)"
    )]
    [InlineData("tokens:\n  max_length: many", "job.yaml:2: tokens.max_length: found 'many', expected a whole number from 2 to 1048576")]
    [InlineData("tokens:\n  max_length: 1", "job.yaml:2: tokens.max_length: found '1', expected a whole number from 2 to 1048576")]
    [InlineData("rejects: { max_fraction: 2 }", "job.yaml:1: rejects.max_fraction: found '2', expected a number from 0 to 1")]
    [InlineData(
        "compute: { memory: 2 }",
        "job.yaml:1: compute.memory: found '2', expected auto, or a size such as 800MB or 2GB, at least 256MB"
    )]
    [InlineData(
        "compute: { memory: 1MB }",
        "job.yaml:1: compute.memory: found '1MB', expected auto, or a size such as 800MB or 2GB, at least 256MB"
    )]
    [InlineData(
        "compute: { max_runtime: soon }",
        "job.yaml:1: compute.max_runtime: found 'soon', expected a time such as 90m or 4h, from 1s to 9d"
    )]
    [InlineData(
        "name: x\ncompute: { max_runtime: 2147483647d }",
        "job.yaml:2: compute.max_runtime: found '2147483647d', expected a time such as 90m or 4h, from 1s to 9d"
    )]
    [InlineData("input: here", "job.yaml:1: 'input' is a section: expected keys below it")]
    [InlineData("- a\n- b", "job.yaml: is no job spec: line 1 is a list, expected keys with values")]
    [InlineData("name: {a: b}", "job.yaml:1: name: found 'a section', expected a text")]
    public void Parse_WrongFile_SaysWhereAndWhatWasExpected(string yaml, string message)
    {
        var e = Assert.Throws<PJobException>(() => SpecReader.Parse(yaml, "job.yaml"));

        Assert.Equal(message, e.Message);
        Assert.Equal(ExitCode.BadSpec, e.ExitCode);
    }

    [Fact]
    public void Parse_SeveralFaults_ReportsAllAtOnce()
    {
        var e = Assert.Throws<PJobException>(() => SpecReader.Parse("task: x\nfoo: 1\ntokens: { stride: -1 }", "job.yaml"));

        Assert.Equal(3, e.Message.Split('\n').Length);
    }

    [Fact]
    public void Parse_AnyText_GivesASpecOrOneCleanError() =>
        Gen.String[Gen.Char["abc:{}[],\"'\n\t -#&*!|>%@`0.~"], 0, 60]
            .Sample(
                text =>
                {
                    try
                    {
                        SpecReader.Parse(text, "job.yaml");
                    }
                    catch (PJobException e)
                    {
                        Assert.StartsWith("job.yaml:", e.Message);
                    }
                },
                iter: 2000
            );

    [Fact]
    public void Apply_OptionOfEveryKind_SetsTheKey()
    {
        var spec = new JobSpec();
        foreach (
            var (key, value) in new[]
            {
                ("tokens.max_length", "256"),
                ("input.text", "a, b"),
                ("output.split", "{train: 0.5, test: 0.5}"),
                ("aws.tags", "team=nlp, query=a=b"),
                ("tokens.prompt", "query: "),
                ("compute.tune", "true"),
            }
        )
        {
            spec = SpecReader.Apply(spec, key, value);
        }

        Assert.Equal((256, "query: ", true), (spec.Tokens.MaxLength, spec.Tokens.Prompt, spec.Compute.Tune));
        Assert.Equal(["a", "b"], spec.Input.Text);
        Assert.Equal(2, spec.Output.Split.Count);
        Assert.Equal([KeyValuePair.Create("team", "nlp"), KeyValuePair.Create("query", "a=b")], spec.Aws.Tags);
    }

    [Theory]
    [InlineData("tokens.max_lenght", "1", "the command line: unknown key 'tokens.max_lenght'; did you mean 'tokens.max_length'?")]
    [InlineData(
        "task",
        "summarise",
        "--task: found 'summarise', expected embed | sparse | multivector | classify | tag | rerank | answer | tokenize"
    )]
    [InlineData("output.split", "train", "--output.split: found 'train', expected names with values")]
    [InlineData(
        "output.split",
        "train=0.5,train=0.5",
        "--output.split: found 'train=0.5', expected each name once, with its value: name=value"
    )]
    public void Apply_WrongOption_NamesIt(string key, string value, string message) =>
        Assert.Equal(message, Assert.Throws<PJobException>(() => SpecReader.Apply(new JobSpec(), key, value)).Message);

    [Fact]
    public void Differences_OnlyKeysThatChangeTheOutput_AreNamed()
    {
        var a = SpecReader.Parse(Full, "a");
        var b = a with { Name = "other", Compute = a.Compute with { InstanceCount = 9 }, Tokens = a.Tokens with { MaxLength = 64 } };

        Assert.Equal(["tokens.max_length"], SpecWriter.Differences(a, b));
        Assert.NotEqual(SpecWriter.Fingerprint(a), SpecWriter.Fingerprint(b));
        Assert.Equal(SpecWriter.Fingerprint(a), SpecWriter.Fingerprint(b with { Tokens = a.Tokens }));
    }

    [Theory]
    [InlineData("model: m\ninput: {data: d, text: t}\nembed: {precision: int8}", "embed.ranges")]
    [InlineData("model: m\ninput: {data: d, text: t}\noutput: {split: {train: 0.5}}", "output.split: the shares sum to 0.5")]
    [InlineData("model: m\ninput: {data: d, text: t}\ntokens: {overflow: window, max_length: 32, stride: 32}", "tokens.stride")]
    [InlineData(
        "model: m\ninput: {data: d, text: t}\ntokens: {overflow: window, max_length: 32, stride: 30}",
        "tokens.stride: 30 leaves no"
    )]
    [InlineData("model: m\ninput: {data: d, format: csv}", "input.text: not set; expected the column that holds the text (format csv)")]
    [InlineData(
        "model: m\ninput: {data: d, text: t, text_pair: u}",
        "input.text_pair: task embed takes one text; pairs are for classify and rerank"
    )]
    [InlineData(
        "task: rerank\nmodel: m\ninput: {data: d, text: t, text_pair: u}\ntokens: {overflow: window, stride: 2}",
        "tokens.overflow: window cannot be used with input.text_pair; expected truncate or reject"
    )]
    [InlineData(
        "task: classify\nmodel: m\ninput: {data: d, text: t}\ntokens: {truncation: only_second}",
        "tokens.truncation: only_second cuts the second text of a pair, but input.text_pair is not set"
    )]
    [InlineData("model: m\ninput: {data: d, text: t, sharding: by_key, transfer: stream}", "input.sharding: by_key is done by the service")]
    [InlineData("input: {data: d, text: t}", "model: not set")]
    [InlineData("task: answer\nmodel: m\ninput: {data: d, context: c}", "input.question")]
    [InlineData(
        "task: tokenize\nmodel: m\ninput: {data: d, text: t}\ntokens: {prompt_name: query}",
        "tokens.prompt_name: found query, but task tokenize knows no prompts; fix: give the text as tokens.prompt"
    )]
    public void Check_BrokenRule_NamesTheKey(string yaml, string message) =>
        Assert.StartsWith(message, Assert.Throws<PJobException>(() => SpecRules.Check(SpecReader.Parse(yaml, "y"))).Message);

    [Theory]
    [InlineData("task: classify\nmodel: m\ninput: {data: d, text: t, text_pair: u}\ntokens: {truncation: only_second}")]
    [InlineData("task: rerank\nmodel: m\ninput: {data: d, text: t, text_pair: u}\ntokens: {overflow: reject}")]
    [InlineData("model: m\ninput: {data: d, format: text}")]
    public void Check_TextsAsTheTaskTakesThem_AreAllowed(string yaml) => SpecRules.Check(SpecReader.Parse(yaml, "y"));

    [Fact]
    public void Check_StrideThatLeavesOneToken_IsAllowed() =>
        SpecRules.Check(
            SpecReader.Parse("model: m\ninput: {data: d, text: t}\ntokens: {overflow: window, max_length: 32, stride: 29}", "y")
        );

    [Theory]
    [InlineData("2147483647d")]
    [InlineData("2147483647d2147483647d")]
    [InlineData("99999999999s")]
    public void TryParse_MoreThanATimeSpan_IsNoDuration(string text) => Assert.False(Durations.TryParse(text, out _));

    [Fact]
    public void TryParse_LongestTimeSpan_IsRead()
    {
        // 2^63 ticks are 10,675,199 days.
        Assert.True(Durations.TryParse("10675199d", out var days));
        Assert.Equal(TimeSpan.FromDays(10_675_199), days);
    }

    [Fact]
    public void All_Tasks_HaveColumnsAndTheirKeysInTheTableOfKeys()
    {
        foreach (var task in TaskTable.All)
        {
            Assert.NotEmpty(task.Columns(new() { Task = task.Kind }));
            Assert.All(task.Keys, key => Assert.Same(key, SpecKeys.Find(key.Path)));
        }
        Assert.Equal(Enum.GetValues<TaskKind>(), TaskTable.All.Select(t => t.Kind));
    }

    [Theory]
    [InlineData(TaskKind.Embed, "embedding")]
    [InlineData(TaskKind.Tokenize, "input_ids, attention_mask")]
    [InlineData(TaskKind.Classify, "label, score")]
    [InlineData(TaskKind.Answer, "answer, start, end, score")]
    public void Columns_PlainSpec_AreThoseOfTheReadme(TaskKind task, string columns) =>
        Assert.Equal(columns, string.Join(", ", TaskTable.Of(task).Columns(new() { Task = task }).Select(c => c.Name)));

    [Fact]
    public void Schema_KeyWithoutAValue_IsAllowedAsTheReaderAllowsIt()
    {
        var schema = System.Text.Json.Nodes.JsonNode.Parse(SpecWriter.Schema())!;
        foreach (var key in SpecKeys.All)
        {
            var node = key.Path.Split('.').Aggregate(schema, (n, name) => n["properties"]![name]!);
            Assert.Contains("null", (node["enum"] ?? node["oneOf"] ?? node["type"])!.ToJsonString());
        }
        Assert.Null(SpecReader.Parse("aws: { region: , role: }\noutput:\n", "y").Aws.Region);
    }

    [Fact]
    public void Schema_EveryKey_HasAnEntryWithHelp()
    {
        var schema = System.Text.Json.Nodes.JsonNode.Parse(SpecWriter.Schema())!;
        foreach (var key in SpecKeys.All)
        {
            var node = key.Path.Split('.').Aggregate(schema, (n, name) => n["properties"]![name]!);
            Assert.False(string.IsNullOrEmpty((string?)node["description"]), key.Path);
        }
    }

    [Theory]
    [InlineData("512MB", 512_000_000L, "512MB")]
    [InlineData("1.5 GiB", 1_610_612_736L, "1536MiB")]
    [InlineData("2gb", 2_000_000_000L, "2GB")]
    [InlineData("700.000001MB", 700_000_001L, "700.000001MB")]
    public void Parse_Memory_IsWrittenSoThatItReadsTheSame(string text, long bytes, string written)
    {
        var spec = SpecReader.Parse($"compute: {{ memory: {text} }}", "job.yaml");

        Assert.Equal(bytes, spec.Compute.Memory);
        Assert.Equal(written, SpecKeys.Find("compute.memory")!.Write(spec)!.GetValue<string>());
        Assert.Equal(spec, SpecReader.Parse(SpecWriter.ToJsonText(spec), "job.json"));
    }
}
