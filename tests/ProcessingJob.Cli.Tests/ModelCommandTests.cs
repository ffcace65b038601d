using System.Text.Json.Nodes;
using ProcessingJob.Cli.Display;
using ProcessingJob.Contract.Output;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Launcher.Tests.Hub;
using ProcessingJob.Models.Folders;
using ProcessingJob.Testing;

namespace ProcessingJob.Cli.Tests;

public sealed class ModelCommandTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    async Task<PjobRun> PjobAsync(FakeHub hub, params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        using var signals = new CommandStop();
        var cli = new CliContext
        {
            In = TextReader.Null,
            Out = output,
            Error = error,
            Variable = _ => null,
            Hub = () =>
                new()
                {
                    Endpoint = hub.Url,
                    Token = null,
                    Cache = _folder["cache"],
                    Tries = 1,
                },
        };
        return new(await App.RunAsync(args, cli, signals), output.ToString(), error.ToString());
    }

    [Fact]
    public async Task Fetch_Out_CopiesTheModelThereOnce()
    {
        await using var hub = await FakeHub.StartAsync();
        var run = await PjobAsync(hub, "model", "fetch", "owner/name@v1.0", "--out", _folder["model"]);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(_folder["model"] + Environment.NewLine, run.Out);
        Assert.Contains("fetched onnx/model.onnx, 293 KiB", run.Error, StringComparison.Ordinal);
        Assert.Equal(300_000, new FileInfo(_folder["model", "onnx", "model.onnx"]).Length);
        Assert.False(Directory.Exists(_folder["model.part"]));

        var json = await PjobAsync(hub, "model", "fetch", "owner/name@v1.0", "--json");
        Assert.True(Directory.Exists((string?)System.Text.Json.Nodes.JsonNode.Parse(json.Out)!["folder"]), json.Out);

        var again = await PjobAsync(hub, "model", "fetch", "owner/name@v1.0", "--out", _folder["model"]);
        Assert.Equal(2, again.ExitCode);
        Assert.Contains("is not empty", again.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_UnknownModel_EndsWithFour()
    {
        await using var hub = await FakeHub.StartAsync();
        var run = await PjobAsync(hub, "model", "fetch", "owner/other");
        Assert.Equal(4, run.ExitCode);
        Assert.Contains("owner/other", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_ModelOfTheHub_IsFetchedIntoTheCache()
    {
        await using var hub = await FakeHub.StartAsync();
        var model = ModelCache.Get(new());
        foreach (var file in Directory.GetFiles(model, "*", SearchOption.AllDirectories))
        {
            hub.With(Path.GetRelativePath(model, file), File.ReadAllBytes(file));
        }

        _folder.Write("data/a.txt", "one\ntwo\n");
        var spec = _folder.Write(
            "job.yaml",
            $"model: hf://owner/name\ninput: {{ data: {_folder["data"]}, format: text }}\noutput: {{ data: {_folder["out"]} }}\n"
        );
        var run = await PjobAsync(hub, "plan", spec, "--json");
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(1, (int)JsonNode.Parse(run.Out)!["units"]!);
        Assert.Single(Directory.GetFiles(_folder["cache"], "model.onnx", SearchOption.AllDirectories));
    }

    string TokenizerFolder()
    {
        _folder.Write("tokenizer/vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\ntea\npot\n##s\n");
        return _folder["tokenizer"];
    }

    [Fact]
    public async Task Inspect_TokenizerAlone_SaysWhatItIsGoodFor()
    {
        var run = await PjobRun.RunAsync("model", "inspect", TokenizerFolder());
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("the tokenizer alone serves task tokenize", run.Out, StringComparison.Ordinal);
        Assert.Contains("[CLS] A [SEP] | [CLS] A [SEP] B [SEP]", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokenize_Pair_SaysWhichTextATokenIsOf()
    {
        var run = await PjobRun.RunAsync("tokenize", TokenizerFolder(), "teas", "pot", "--json");
        Assert.True(run.ExitCode == 0, run.Error);
        var json = JsonNode.Parse(run.Out)!;
        Assert.Equal("[2,5,7,3,6,3]", json["input_ids"]!.ToJsonString());
        Assert.Equal("[0,0,0,0,1,1]", json["token_type_ids"]!.ToJsonString());
        Assert.Equal("[null,0,0,null,1,null]", json["sequence_ids"]!.ToJsonString());
        Assert.Equal("[[0,0],[0,3],[3,4],[0,0],[0,3],[0,0]]", json["offsets"]!.ToJsonString());
    }

    [Fact]
    public async Task Verify_GoodModel_SaysSo()
    {
        var run = await PjobRun.RunAsync("model", "verify", ModelCache.Get(new()), "--tune", "--device", "cpu");
        Assert.True(run.ExitCode == 0, run.Error + run.Out);
        Assert.Contains("all checks passed", run.Out, StringComparison.Ordinal);
        Assert.Contains("fastest here: compute.token_budget: ", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_WrongReference_EndsWithFour()
    {
        var model = ModelCache.Get(new());
        var width = 0;
        using (var engine = InferenceEngine.Create(ModelFolder.Open(model), new() { Device = Contract.Spec.DeviceKind.Cpu }))
        {
            var window = new Tokenization.EncodingBuffer();
            Tokenization.Tokenizer.Load(model).CreateEncoder(new()).Encode("a", window);
            using var result = await engine.RunAsync(window, TestContext.Current.CancellationToken);
            width = result.Output.Width;
        }
        var values = string.Join(',', Enumerable.Range(0, width).Select(i => i == 0 ? 1 : 0));
        var reference = _folder.Write("reference.jsonl", $$"""{"text":"a","embedding":[{{values}}]}""" + "\n");
        var run = await PjobRun.RunAsync("model", "verify", model, "--reference", reference, "--device", "cpu", "--json");
        Assert.Equal(4, run.ExitCode);
        var comparisons = JsonNode.Parse(run.Out)!["comparisons"]!.AsArray();
        Assert.False((bool)comparisons[^1]!["passed"]!);
        Assert.True((bool)comparisons[0]!["passed"]!);
    }

    [Fact]
    public async Task Ranges_SampleOfTheData_HoldsEveryEmbedding()
    {
        var model = ModelCache.Get(new());
        var data = _folder.Write("data/a.txt", string.Concat(Enumerable.Range(0, 150).Select(i => $"text number {i} of many\n")));
        var spec = _folder.Write(
            "job.yaml",
            $"model: {model}\ninput: {{ data: {data}, format: text }}\noutput: {{ data: {_folder["out"]} }}\nembed: {{ precision: "
                + $"int8, dimensions: 8 }}\n"
        );
        var run = await PjobRun.RunAsync("model", "ranges", spec, "--out", _folder["ranges.json"]);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("ranges of 150 embeddings", run.Out, StringComparison.Ordinal);

        var ranges = EmbeddingRanges.Load(_folder["ranges.json"]);
        var job = Contract.Spec.SpecReader.ReadFile(spec);
        var one = await Queries.VectorAsync(job, model, "text number 77 of many", null, TestContext.Current.CancellationToken);
        Assert.Equal(8, ranges.Min.Length);
        Assert.All(Enumerable.Range(0, 8), d => Assert.InRange(one[d], ranges.Min[d] - 1e-5f, ranges.Max[d] + 1e-5f));
        Assert.All(Enumerable.Range(0, 8), d => Assert.True(ranges.Min[d] < ranges.Max[d]));
    }
}
