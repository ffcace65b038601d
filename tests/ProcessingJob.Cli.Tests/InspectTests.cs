using System.Text.Json.Nodes;
using ProcessingJob.Samples;
using ProcessingJob.Testing;

namespace ProcessingJob.Cli.Tests;

public sealed class InspectTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    static string Golden(string name) => Repo.File("tests", "ProcessingJob.Models.Tests", "goldens", name);

    /// <summary>A golden, which has no tokenizer of its own, with one.</summary>
    string WithTokenizer(string golden)
    {
        _folder.Copy(Golden(golden), golden);
        _folder.Write($"{golden}/vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\none\n");
        return _folder[golden];
    }

    static string Sentence(string name) => Repo.File("tests", "ProcessingJob.Models.Tests", "folders", name);

    static async Task<JsonNode> JsonAsync(string folder)
    {
        var run = await PjobRun.RunAsync("model", "inspect", folder, "--json");
        Assert.True(run.ExitCode == 0, run.Error);
        return JsonNode.Parse(run.Out)!;
    }

    [Fact]
    public async Task Inspect_SentenceFolder_SaysItsModulesPoolingAndWhereTheyWereRead()
    {
        var json = await JsonAsync(Sentence("old-0_Transformer"));
        Assert.Equal(
            ("bert", "none", "embed", "sentence_transformer", "modules.json"),
            ((string?)json["family"], (string?)json["head"], (string?)json["task"], (string?)json["kind"], (string?)json["modules_from"])
        );
        Assert.Equal(["Transformer", "Pooling"], json["modules"]!.AsArray().Select(m => (string)m!["type"]!));
        Assert.Equal(
            """{"modes":"cls","from":"1_Pooling/config.json","include_prompt":true,"normalize":false,"dimensions":32}""",
            json["pooling"]!.ToJsonString()
        );
        Assert.Equal("""{"tokens":24,"from":"max_seq_length of sentence_bert_config.json"}""", json["max_length"]!.ToJsonString());
        Assert.Empty(json["warnings"]!.AsArray());
    }

    [Fact]
    public async Task Inspect_Safetensors_SaysTheGraphsThatAreBuiltAndForWhichDevice()
    {
        var json = await JsonAsync(WithTokenizer("bert-base-sharded"));
        var graphs = json["graphs"]!.AsArray();
        Assert.Equal(
            ["safetensors float32 cpu", "safetensors float16 cuda"],
            graphs.Select(g => $"{(string)g!["origin"]!} {(string)g["precision"]!} {(string)g["devices"]![0]!}")
        );
        Assert.Equal(
            ["attention_mask int64", "input_ids int64", "token_type_ids int64"],
            graphs[0]!["inputs"]!.AsArray().Select(p => $"{(string)p!["name"]!} {(string)p["type"]!}").Order()
        );
        Assert.Equal("last_hidden_state", (string)graphs[0]!["outputs"]![0]!["name"]!);
        Assert.Equal("pooling_guessed", (string)Assert.Single(json["warnings"]!.AsArray())!["code"]!);
    }

    [Fact]
    public async Task Inspect_OnnxFile_SaysItsOriginInputsAndPrecision()
    {
        var graph = Assert.Single((await JsonAsync(ModelCache.Get(new SampleModelOptions())))["graphs"]!.AsArray())!;
        Assert.Equal(
            ("onnx/model.onnx", "onnx", "float32"),
            ((string?)graph["file"], (string?)graph["origin"], (string?)graph["precision"])
        );
        Assert.Equal("[-1,-1]", graph["inputs"]![0]!["shape"]!.ToJsonString());
    }

    [Theory]
    [InlineData("embed", "vectors of 32 floats, pooling cls, not normalized")]
    [InlineData("classify", "fix: task: embed")]
    [InlineData("answer", "expected a question answerer")]
    [InlineData("tokenize", "ids of tokens, at most 24")]
    public async Task Inspect_EachTask_SaysWhatItWouldDoOrWhyNot(string task, string expected)
    {
        var found = (await JsonAsync(Sentence("old-0_Transformer")))["tasks"]!.AsArray().Single(t => (string)t!["task"]! == task)!;
        Assert.Contains(expected, (string)found["result"]!, StringComparison.Ordinal);
        Assert.Equal(task is "embed" or "tokenize", (bool)found["fits"]!);
    }

    [Fact]
    public async Task Inspect_GraphThatCannotBeBuilt_SaysWhy()
    {
        _folder.Copy(ModelCache.Get(new SampleModelOptions()), "model");
        File.Copy(Path.Combine(Golden("modernbert-base"), "model.safetensors"), _folder["model", "model.safetensors"]);
        var graphs = (await JsonAsync(_folder["model"]))["graphs"]!.AsArray();
        Assert.Contains(graphs, g => g!["problem"] is { } problem && ((string)problem!).Contains("is missing", StringComparison.Ordinal));
        Assert.Equal(["cpu", "cuda"], graphs.Single(g => (string)g!["origin"]! == "onnx")!["devices"]!.AsArray().Select(d => (string)d!));
    }

    string TokenClassifier()
    {
        var folder = WithTokenizer("bert-qa");
        var file = Path.Combine(folder, "config.json");
        File.WriteAllText(
            file,
            File.ReadAllText(file).Replace("BertForQuestionAnswering", "BertForTokenClassification", StringComparison.Ordinal)
        );
        return folder;
    }

    [Fact]
    public async Task Inspect_TokenClassifier_IsForNoTaskHere()
    {
        var run = await PjobRun.RunAsync("model", "inspect", TokenClassifier());
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("bert, for no task but tokenize", run.Out, StringComparison.Ordinal);
        Assert.Contains("BertForTokenClassification, head: token_classification", run.Out, StringComparison.Ordinal);
        Assert.Contains("refused: ", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("BertForPreTraining", "none")]
    [InlineData("BertForCausalLM", "none")]
    [InlineData("BertForConditionalGeneration", "none")]
    [InlineData("BertModelWithProjection", "none")]
    [InlineData("BertForMaskedLM", "masked_language_model")]
    [InlineData("BertForNextSentencePrediction", null)]
    public async Task Inspect_Architecture_SaysTheHeadThatIsRun(string architecture, string? head)
    {
        var folder = WithTokenizer("bert-base-sharded");
        var file = Path.Combine(folder, "config.json");
        var config = JsonNode.Parse(File.ReadAllText(file))!;
        config["architectures"] = new JsonArray(architecture);
        File.WriteAllText(file, config.ToJsonString());
        var json = await JsonAsync(folder);
        Assert.Equal((architecture, head), ((string?)json["architecture"], (string?)json["head"]));
    }

    [Theory]
    [InlineData("plan")]
    [InlineData("run")]
    [InlineData("run", "--dry-run")]
    public async Task PlanAndRun_FolderForAnotherTask_AreRefusedByNameWithTheTaskThatFits(params string[] command)
    {
        var data = _folder.Write("data/a.txt", "one\n");
        string[] job = ["--model", TokenClassifier(), "--input.data", data, "--input.format", "text", "-o", _folder["out"]];
        var tagger = await PjobRun.RunAsync([.. command, .. job]);
        Assert.Equal(4, tagger.ExitCode);
        Assert.Contains("BertForTokenClassification, a token classifier", tagger.Error, StringComparison.Ordinal);
        Assert.Contains("fix: task: tag", tagger.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["out"]), "something was written");

        job[1] = ModelCache.Get(new SampleModelOptions { Head = ModelHead.QuestionAnswering });
        var answerer = await PjobRun.RunAsync([.. command, .. job]);
        Assert.Equal(4, answerer.ExitCode);
        Assert.Contains("fix: task: answer", answerer.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "--embed.dimensions", "9999")]
    [InlineData(2, "--tokens.max_length", "100000")]
    [InlineData(4, "--compute.model_file", "onnx/nope.onnx")]
    [InlineData(4, "--task", "classify")]
    public async Task DryRun_WhatTheWorkerRefuses_IsRefused(int code, string option, string value)
    {
        var data = _folder.Write("data/a.txt", "one\n");
        string[] job = ["--model", ModelCache.Get(new SampleModelOptions()), "--input.data", data, "--input.format", "text"];
        foreach (
            var command in (string[][])
                [
                    ["run", "--dry-run"],
                    ["plan"],
                ]
        )
        {
            Assert.Equal(0, (await PjobRun.RunAsync([.. command, .. job, "-o", _folder["out"]])).ExitCode);
            var run = await PjobRun.RunAsync([.. command, .. job, "-o", _folder["out"], option, value]);
            Assert.True(run.ExitCode == code, $"{run.ExitCode}: {run.Error}");
        }
    }

    [Fact]
    public async Task Init_FolderThatCannotBeUsed_IsRefusedAsByTheWorker()
    {
        var data = _folder.Write("data/a.txt", "one\n");
        var model = WithTokenizer("bert-base-sharded");
        var run = await PjobRun.RunAsync("init", data, model, "-f", "-");
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("(pooling_guessed)", run.Error, StringComparison.Ordinal);
        Assert.Contains("task: embed", run.Out, StringComparison.Ordinal);

        // All tasks but tokenize would refuse it.
        File.Delete(Path.Combine(model, "model.safetensors.index.json"));
        var tokenizer = await PjobRun.RunAsync("init", data, model, "-f", "-");
        Assert.Contains("task: tokenize", tokenizer.Out, StringComparison.Ordinal);
        File.Delete(Path.Combine(model, "vocab.txt"));
        var none = await PjobRun.RunAsync("init", data, model, "-f", "-");
        Assert.Equal((4, ""), (none.ExitCode, none.Out));
    }
}
