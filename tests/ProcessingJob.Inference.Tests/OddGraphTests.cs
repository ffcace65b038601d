using System.Text.Json.Nodes;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Contract.Wire;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Models.Folders;
using ProcessingJob.Models.Onnx;
using ProcessingJob.Testing;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference.Tests;

/// <summary>Graphs as exporters other than the usual one write them: handled, or refused with what is wrong.</summary>
public sealed class OddGraphTests : IDisposable
{
    const int Int32 = 6;
    const int Double = 11;

    readonly TempFolder _folder = new();
    ModelOptions _options = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(OnnxGraphWriter.Int64, OnnxGraphWriter.Float)]
    [InlineData(Int32, OnnxGraphWriter.Float)]
    [InlineData(OnnxGraphWriter.Int64, OnnxGraphWriter.Float16)]
    [InlineData(Int32, OnnxGraphWriter.Float16)]
    public async Task RunAsync_TypesOfInputsAndOutputs_GiveTheSameEmbeddings(int input, int output)
    {
        Write(g =>
            Table(g, input)
                .Node("Cast", ["table_rows"], ["last_hidden_state"], ("to", (long)output))
                .Output("last_hidden_state", output, "batch", "length", TinyModel.Hidden)
        );
        var rows = await Embed([3, 5], [7]);
        Assert.Equal([40, 41, 42, 43], rows[0]);
        Assert.Equal([70, 71, 72, 73], rows[1]);
    }

    [Fact]
    public async Task RunAsync_PositionIds_CountFromTheFamilysFirst()
    {
        Write(
            g =>
                Table(g)
                    .Input("position_ids", OnnxGraphWriter.Int64, "batch", "length")
                    .Node("Gather", ["table", "position_ids"], ["last_hidden_state"])
                    .Output("last_hidden_state", OnnxGraphWriter.Float, "batch", "length", TinyModel.Hidden),
            new JsonObject { ["model_type"] = "roberta" }
        );
        var rows = await Embed([9, 9, 9], [9]);
        // RoBERTa's positions begin at pad + 1 = 2: (20 + 30 + 40) / 3.
        Assert.Equal(30, rows[0][0]);
        Assert.Equal(20, rows[1][0]);
    }

    [Fact]
    public async Task RunAsync_InputThatIsTheSameForEveryText_TakesItsNumberFromTheOptions()
    {
        Write(g =>
            Table(g)
                .Input("task_id", OnnxGraphWriter.Int64)
                .Node("Cast", ["task_id"], ["number"], ("to", (long)OnnxGraphWriter.Float))
                .Node("Add", ["table_rows", "number"], ["last_hidden_state"])
                .Output("last_hidden_state", OnnxGraphWriter.Float, "batch", "length", TinyModel.Hidden)
        );
        Assert.Contains("compute.inputs: { task_id: … }", Refusal(() => ModelFolder.Open(_folder.Path)));
        _options = new ModelOptions { Inputs = new Dictionary<string, double> { ["task_id"] = 4 } };
        var rows = await Embed([3, 5], [7]);
        Assert.Equal([44, 45, 46, 47], rows[0]);
        var unknown = new ModelOptions
        {
            Inputs = new Dictionary<string, double> { ["task_id"] = 4, ["tusk_id"] = 4 },
        };
        Assert.Contains("compute.inputs names tusk_id, but the graph's inputs are", Refusal(() => ModelFolder.Open(_folder.Path, unknown)));
    }

    [Theory]
    [InlineData(OnnxGraphWriter.Float)]
    [InlineData(OnnxGraphWriter.Float16)]
    public async Task RunAsync_PastKeysAndValues_AreEmpty(int type)
    {
        Write(g =>
            Table(g)
                .Input("past_key_values.0.key", type, "batch", 2, "past", 3)
                .Input("past_key_values.0.value", type, "batch", 2, "past", 3)
                .Node("Size", ["past_key_values.0.key"], ["elements"])
                .Node("Cast", ["elements"], ["number"], ("to", (long)OnnxGraphWriter.Float))
                .Node("Add", ["table_rows", "number"], ["last_hidden_state"])
                .Output("last_hidden_state", OnnxGraphWriter.Float, "batch", "length", TinyModel.Hidden)
        );
        var rows = await Embed([3, 5], [7]);
        Assert.Equal([40, 41, 42, 43], rows[0]);
    }

    [Fact]
    public async Task RunAsync_FloatMask_IsFed()
    {
        Write(g =>
            Table(g)
                .Input("attention_mask", OnnxGraphWriter.Float, "batch", "length")
                .Constant("last", [1], [2L])
                .Node("Unsqueeze", ["attention_mask", "last"], ["mask"])
                .Node("Mul", ["table_rows", "mask"], ["last_hidden_state"])
                .Output("last_hidden_state", OnnxGraphWriter.Float, "batch", "length", TinyModel.Hidden)
        );
        var rows = await Embed([3, 5], [7]);
        Assert.Equal([40, 41, 42, 43], rows[0]);
    }

    [Fact]
    public async Task RunAsync_AskedOutput_IsReadAndAnUnknownOneIsRefused()
    {
        Write(g =>
            Table(g, output: "last_hidden_state")
                .Node("Neg", ["last_hidden_state"], ["negative"])
                .Output("last_hidden_state", OnnxGraphWriter.Float, "batch", "length", TinyModel.Hidden)
                .Output("negative", OnnxGraphWriter.Float, "batch", "length", TinyModel.Hidden)
        );
        _options = new ModelOptions { Outputs = ["negative"] };
        var rows = await Embed([3, 5], [7]);
        Assert.Equal([-40, -41, -42, -43], rows[0]);
        Assert.Contains(
            "compute.outputs names positive, but the graph's outputs are last_hidden_state, negative",
            Refusal(() => ModelFolder.Open(_folder.Path, new ModelOptions { Outputs = ["positive"] }))
        );
    }

    [Fact]
    public void ForEmbed_AskedOutputOfUnknownShape_IsRunOnce()
    {
        Write(g => Mean(Table(g), "mean").Output("mean", OnnxGraphWriter.Float, "batch", "width"));
        var model = ModelFolder.Open(_folder.Path, new ModelOptions { Outputs = ["mean"] });
        var runs = 0;

        var output = GraphOutputs.ForEmbed(
            model,
            Assert.Single(model.Sources),
            asksPooling: false,
            leavesOutPrompt: false,
            _ =>
            {
                runs++;
                return [1, TinyModel.Hidden];
            }
        );

        Assert.Equal((1, TinyModel.Hidden), (runs, output.Width));
    }

    [Fact]
    public void Create_AskedTokensWhoseWidthOnlyARunTells_AreRefusedWhereConfigSaysAnother()
    {
        Write(
            g => Table(g, output: "tokens").Output("tokens", OnnxGraphWriter.Float, "batch", "length", "hidden"),
            new JsonObject { ["hidden_size"] = 6 }
        );
        _options = new ModelOptions { Outputs = ["tokens"] };
        Assert.Contains("tokens is 4 wide, but config.json says 6", Refusal(() => Create()));
    }

    [Theory]
    [InlineData("text_embeds", true)]
    [InlineData("output", true)]
    [InlineData("logits", false)]
    [InlineData("pooler_output", false)]
    public async Task RunAsync_OnlyOneVectorPerText_IsTheEmbeddingUnlessItsNameSaysOtherwise(string name, bool isEmbedding)
    {
        Write(g =>
            Mean(Table(g), "pooled")
                .Constant("two", [TinyModel.Hidden, 2], [1f, 0, 0, 1, 0, 0, 0, 0])
                .Node("MatMul", ["pooled", "two"], [name])
                .Output(name, OnnxGraphWriter.Float, "batch", "width")
        );
        if (isEmbedding)
        {
            // The width is in no file: the graph was asked.
            var rows = await Embed([3, 5], [7]);
            Assert.Equal([40, 41], rows[0]);
        }
        else
        {
            Assert.Contains("task embed needs last_hidden_state", Refusal(() => Create()));
        }
    }

    [Theory]
    [InlineData("SkipLayerNormalization", false)]
    [InlineData("MultiHeadAttention", true)]
    public void Create_FileWithFusedOperators_IsFusedWhereAttentionIs(string operation, bool fused)
    {
        Write(g =>
            Table(g)
                .Constant("gamma", [TinyModel.Hidden], [1f, 1f, 1f, 1f])
                .Output("last_hidden_state", OnnxGraphWriter.Float, "batch", "length", TinyModel.Hidden)
        );
        const string microsoft = "com.microsoft";
        var node = new ProtoWriter().Text(1, "table_rows").Text(1, "table_rows").Text(1, fused ? "table_rows" : "gamma");
        node.Text(2, "last_hidden_state").Text(4, operation).Text(7, microsoft);
        if (fused)
        {
            node.Message(5, new ProtoWriter().Text(1, "num_heads").Number(3, 2).Number(20, 2));
        }

        // protobuf joins the parts of a message that stands twice.
        byte[] more =
        [
            .. new ProtoWriter()
                .Message(7, new ProtoWriter().Message(1, node))
                .Message(8, new ProtoWriter().Text(1, microsoft).Number(2, 1))
                .ToArray(),
        ];
        TinyModel.WriteBytes(_folder, "onnx/model.onnx", [.. File.ReadAllBytes(_folder["onnx/model.onnx"]), .. more]);
        using var engine = Create();
        Assert.Equal(fused, engine.Computed!.Fused);
    }

    [Fact]
    public void Create_LogitsOfTokens_AreNoEmbedding()
    {
        Write(g => Table(g, output: "logits").Output("logits", OnnxGraphWriter.Float, "batch", "length", TinyModel.Hidden));
        Assert.Contains("task embed needs last_hidden_state", Refusal(() => Create()));
    }

    [Theory]
    [InlineData("Identity", null)]
    [InlineData("Softmax", "output comes out of Softmax")]
    [InlineData("Sigmoid", "output comes out of Sigmoid")]
    public void Create_ClassifierWithAnOutputOfAnotherName_TakesLogitsOnly(string last, string? refusal)
    {
        Write(
            g => Mean(Table(g), "scores").Node(last, ["scores"], ["output"]).Output("output", OnnxGraphWriter.Float, "batch", 4),
            new JsonObject { ["architectures"] = new JsonArray("BertForSequenceClassification"), ["num_labels"] = 4 }
        );
        if (refusal is null)
        {
            using var engine = Create(TaskKind.Classify);
            Assert.Equal(4, engine.Output.Width);
        }
        else
        {
            Assert.Contains(refusal, Refusal(() => Create(TaskKind.Classify)));
        }
    }

    [Fact]
    public async Task RunAsync_PooledInsideTheGraph_IsTakenAsItIs()
    {
        WritePooled(TinyModel.Hidden);
        var rows = await Embed([3, 5], [7, 7]);
        Assert.Equal([40, 41, 42, 43], rows[0]);
        Assert.Equal([70, 71, 72, 73], rows[1]);
    }

    [Theory]
    [InlineData(1, 128)]
    [InlineData(-1, 128)]
    [InlineData(1, -1)]
    public void Open_FixedBatchOrLength_IsRefused(int batch, int length)
    {
        Write(g =>
            g.Constant("table", [TinyModel.Vocabulary, TinyModel.Hidden], new float[TinyModel.Vocabulary * TinyModel.Hidden].AsSpan())
                .Input("input_ids", OnnxGraphWriter.Int64, batch > 0 ? batch : "batch", length > 0 ? length : "length")
                .Node("Gather", ["table", "input_ids"], ["last_hidden_state"])
                .Output("last_hidden_state", OnnxGraphWriter.Float, "batch", "length", TinyModel.Hidden)
        );
        var message = Refusal(() => ModelFolder.Open(_folder.Path));
        Assert.Contains($"input_ids has the fixed shape [{(batch > 0 ? batch : "any")}, {(length > 0 ? length : "any")}]", message);
        Assert.Contains("dynamic axes", message);
    }

    [Fact]
    public void Open_MaskThatIsNoInteger_IsRefused()
    {
        Write(g =>
            Table(g, output: "last_hidden_state")
                .Input("attention_mask", OnnxGraphWriter.Float16, "batch", "length")
                .Output("last_hidden_state", OnnxGraphWriter.Float, "batch", "length", TinyModel.Hidden)
        );
        Assert.Contains("attention_mask has element type 10, expected int64 or int32", Refusal(() => ModelFolder.Open(_folder.Path)));
    }

    [Fact]
    public void Create_OutputThatIsNoFloat_IsRefused()
    {
        Write(g =>
            Table(g)
                .Node("Cast", ["table_rows"], ["last_hidden_state"], ("to", (long)Double))
                .Output("last_hidden_state", Double, "batch", "length", TinyModel.Hidden)
        );
        Assert.Contains("expected float or float16", Refusal(() => Create()));
    }

    [Fact]
    public void Create_OnlyPoolerOutput_IsRefused()
    {
        Write(g =>
            Table(g)
                .Node("ReduceMean", ["table_rows"], ["pooler_output"], ("axes", new long[] { 1 }), ("keepdims", 0L))
                .Output("pooler_output", OnnxGraphWriter.Float, "batch", TinyModel.Hidden)
        );
        Assert.Contains("pooler_output", Refusal(() => Create()));
    }

    [Fact]
    public void Create_PooledInsideToAnotherWidth_IsRefused()
    {
        WritePooled(TinyModel.Hidden, hiddenInConfig: 6);
        Assert.Contains("sentence_embedding is 4 wide, but the folder's files say 6", Refusal(() => Create()));
    }

    [Theory]
    [InlineData(TaskKind.Embed)]
    [InlineData(TaskKind.Classify)]
    public async Task RunAsync_WidthKnownOnlyByRunningAndWrong_IsTheModelsFault(TaskKind task)
    {
        if (task == TaskKind.Embed)
        {
            Write(
                g => Table(g, output: "last_hidden_state").Output("last_hidden_state", OnnxGraphWriter.Float, "batch", "length", "hidden"),
                new JsonObject { ["hidden_size"] = 6 }
            );
        }
        else
        {
            Write(
                g =>
                    Table(g)
                        .Node("ReduceMean", ["table_rows"], ["logits"], ("axes", new long[] { 1 }), ("keepdims", 0L))
                        .Output("logits", OnnxGraphWriter.Float, "batch", "labels"),
                new JsonObject { ["architectures"] = new JsonArray("BertForSequenceClassification"), ["num_labels"] = 3 }
            );
        }

        using var engine = Create(task);
        var e = await Assert.ThrowsAsync<PJobException>(() => engine.RunAsync(Block([3, 5]), default));
        Assert.Equal(ExitCode.Model, e.ExitCode);
        Assert.Contains("model.onnx: ONNX Runtime refuses the batch's shape", e.Message);
        Assert.Contains("fix: take the config.json that the graph was made with", e.Message);
        Assert.Equal(0, engine.Stats.Recreations);
    }

    void WritePooled(int width, int? hiddenInConfig = null) =>
        Write(
            g => Mean(Table(g), "sentence_embedding").Output("sentence_embedding", OnnxGraphWriter.Float, "batch", width),
            new JsonObject { ["hidden_size"] = hiddenInConfig ?? TinyModel.Hidden }
        );

    /// <summary>The mean of the tokens that are no padding.</summary>
    static OnnxGraphWriter Mean(OnnxGraphWriter graph, string output) =>
        graph
            .Input("attention_mask", OnnxGraphWriter.Int64, "batch", "length")
            .Constant("one", [1], [1L])
            .Node("Cast", ["attention_mask"], ["mask"], ("to", (long)OnnxGraphWriter.Float))
            .Node("Unsqueeze", ["mask", "one"], ["mask_rows"])
            .Node("MatMul", ["mask_rows", "table_rows"], ["sum_rows"])
            .Node("Squeeze", ["sum_rows", "one"], ["sum"])
            .Node("ReduceSum", ["mask", "one"], ["count"])
            .Node("Div", ["sum", "count"], [output]);

    static OnnxGraphWriter Table(OnnxGraphWriter graph, int type = OnnxGraphWriter.Int64, string output = "table_rows") =>
        graph
            .Input("input_ids", type, "batch", "length")
            .Constant(
                "table",
                [TinyModel.Vocabulary, TinyModel.Hidden],
                Enumerable
                    .Range(0, TinyModel.Vocabulary * TinyModel.Hidden)
                    .Select(i => i / TinyModel.Hidden * 10f + i % TinyModel.Hidden)
                    .ToArray()
                    .AsSpan()
            )
            .Node("Gather", ["table", "input_ids"], [output]);

    void Write(Action<OnnxGraphWriter> build, JsonObject? config = null)
    {
        TinyModel.Write(_folder, config: config);
        var graph = new OnnxGraphWriter();
        build(graph);
        TinyModel.WriteBytes(_folder, "onnx/model.onnx", graph.ToModel());
    }

    InferenceEngine Create(TaskKind task = TaskKind.Embed) =>
        InferenceEngine.Create(ModelFolder.Open(_folder.Path, _options), new EngineOptions { Task = task, Device = DeviceKind.Cpu });

    async Task<float[][]> Embed(params int[][] encodings)
    {
        using var engine = Create();
        using var result = await engine.RunAsync(Block(encodings), default);
        return [.. Enumerable.Range(0, result.Count).Select(i => result.Row(i).ToArray())];
    }

    static EncodingBuffer Block(params int[][] encodings)
    {
        var block = new EncodingBuffer();
        foreach (var ids in encodings)
        {
            block.Add(ids);
        }

        return block;
    }

    static string Refusal(Action act)
    {
        var e = Assert.Throws<PJobException>(act);
        Assert.Equal(ExitCode.Model, e.ExitCode);
        return e.Message;
    }
}
