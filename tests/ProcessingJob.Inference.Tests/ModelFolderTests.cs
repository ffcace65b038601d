using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Contract.Wire;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Inference.Heads;
using ProcessingJob.Models.Folders;
using ProcessingJob.Models.Modules;
using ProcessingJob.Models.Onnx;
using ProcessingJob.Samples;
using ProcessingJob.Testing;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference.Tests;

public sealed class ModelFolderTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_BareTransformer_IsMeanPooledAtTheModelsLimit()
    {
        var model = ModelFolder.Open(TinyModel.Write(_folder));
        Assert.Equal(
            (TaskKind.Embed, PoolingMode.Mean, false, 64, 4),
            (model.Task, Assert.Single(model.Pooling), model.Normalize, model.MaxLength, model.EmbeddingSize)
        );
        Assert.Equal("onnx/model.onnx", Assert.Single(model.Files).Name);
    }

    [Theory]
    [InlineData("roberta", 1, 62)]
    [InlineData("xlm-roberta", 1, 62)]
    [InlineData("mpnet", 1, 62)]
    [InlineData("bert", 0, 64)]
    public void Open_PositionsWithOffset_AreTakenOff(string type, int pad, int expected)
    {
        var model = ModelFolder.Open(TinyModel.Write(_folder, config: new JsonObject { ["model_type"] = type, ["pad_token_id"] = pad }));
        Assert.Equal(expected, model.MaxLength);
    }

    [Fact]
    public async Task Open_SentenceTransformersFolder_DecidesPoolingDenseAndNormalize()
    {
        TinyModel.Write(_folder);
        TinyModel.Modules(
            _folder,
            """Pooling:{"word_embedding_dimension":4,"pooling_mode_cls_token":true,"pooling_mode_mean_tokens":false,"include_prompt":false}""",
            """Dense:{"in_features":4,"out_features":2,"bias":true,"activation_function":"torch.nn.modules.activation.Tanh"}""",
            "Normalize"
        );
        Safetensors(
            "2_Dense/model.safetensors",
            ("linear.weight", [2, 4], [0.01f, 0, 0, 0, 0, 0.01f, 0, 0]),
            ("linear.bias", [2], [0, 0.5f])
        );
        _folder.Write("sentence_bert_config.json", """{"max_seq_length":32,"do_lower_case":true}""");
        _folder.Write(
            "config_sentence_transformers.json",
            """{"prompts":{"query":"query: ","passage":""},"default_prompt_name":"query","similarity_fn_name":"dot"}"""
        );
        var model = ModelFolder.Open(_folder.Path);
        Assert.Equal(
            (PoolingMode.Cls, true, 32, 2, true, false),
            (
                Assert.Single(model.Pooling),
                model.Normalize,
                model.MaxLength,
                model.EmbeddingSize,
                model.Transformer!.LowerCase,
                model.IncludePrompt
            )
        );
        Assert.Equal(
            ("query: ", "query: ", "", "literal: ", "dot"),
            (
                model.Prompt(null, null),
                model.Prompt(null, "query"),
                model.Prompt(null, "passage"),
                model.Prompt("literal: ", null),
                model.Similarity
            )
        );

        using var engine = InferenceEngine.Create(model, new EngineOptions { Device = DeviceKind.Cpu });
        var window = new EncodingBuffer();
        window.Add([3, 9, 9]);
        using var result = await engine.RunAsync(window, default);
        // Token 3 is (30, 31, 32, 33).
        var (x, y) = (Math.Tanh(0.30), Math.Tanh(0.31 + 0.5));
        var norm = Math.Sqrt(x * x + y * y);
        Assert.Equal(x / norm, result.Row(0)[0], 1e-6);
        Assert.Equal(y / norm, result.Row(0)[1], 1e-6);
        Assert.Contains(model.Sentence!.Modules, m => m.Name == "Dense" && m.Summary.Contains("Tanh"));
    }

    [Theory]
    [InlineData(ModelFamily.Bert, false)]
    [InlineData(ModelFamily.Roberta, false)]
    [InlineData(ModelFamily.XlmRoberta, false)]
    [InlineData(ModelFamily.Roberta, true)]
    public void PromptTokens_PromptEndsInSpace_CountsThePromptAloneAsTheLibraryDoes(ModelFamily family, bool includePrompt)
    {
        const string prompt = "query: ";
        _folder.Copy(ModelCache.Get(new SampleModelOptions { Family = family }));
        _folder.Write(
            "1_Pooling/config.json",
            $$"""{"pooling_mode_mean_tokens":true,"include_prompt":{{(includePrompt ? "true" : "false")}}}"""
        );
        var (model, tokenizer) = (ModelFolder.Open(_folder.Path), Tokenizer.Load(_folder.Path));
        var buffer = new EncodingBuffer();
        tokenizer.CreateEncoder(new EncodeOptions()).Encode(prompt, buffer);
        // The template ends in a special token, which does not count; a byte-level space at the prompt's end does.
        var expected = buffer.Length(0) - 1;
        Assert.True(expected > 2);
        Assert.Equal(includePrompt ? 0 : expected, model.PromptTokens(tokenizer, prompt));
        Assert.Equal(0, model.PromptTokens(tokenizer, ""));
    }

    [Fact]
    public void Open_NewerPoolingConfig_IsRead()
    {
        TinyModel.Write(_folder);
        TinyModel.Modules(_folder, """Pooling:{"embedding_dimension":4,"pooling_mode":["weightedmean","cls"]}""");
        Assert.Equal([PoolingMode.WeightedMean, PoolingMode.Cls], ModelFolder.Open(_folder.Path).Pooling);
        Assert.Equal(8, ModelFolder.Open(_folder.Path).EmbeddingSize);
    }

    [Fact]
    public void Open_DenseWeightsOnlyAsPickle_IsRefused()
    {
        TinyModel.Write(_folder);
        TinyModel.Modules(_folder, """Pooling:{"pooling_mode":"mean"}""", """Dense:{"in_features":4,"out_features":2}""");
        _folder.Write("2_Dense/pytorch_model.bin", "never read");
        Assert.Contains("pickle", Refusal());
    }

    [Fact]
    public void Open_DenseOfAnotherShape_IsRefused()
    {
        TinyModel.Write(_folder);
        TinyModel.Modules(_folder, """Pooling:{"pooling_mode":"mean"}""", """Dense:{"in_features":4,"out_features":2,"bias":false}""");
        Safetensors("2_Dense/model.safetensors", ("linear.weight", [4, 2], new float[8]));
        Assert.Contains("expected linear.weight of shape [2, 4], found [4, 2]", Refusal());
    }

    [Theory]
    [InlineData("LSTM")]
    [InlineData("WordWeights")]
    public void Open_UnknownModule_IsRefusedByName(string module)
    {
        TinyModel.Write(_folder);
        TinyModel.Modules(_folder, """Pooling:{"pooling_mode":"mean"}""", module);
        Assert.Contains(module, Refusal());
    }

    [Fact]
    public void Open_UnknownGraphInput_IsRefusedByName()
    {
        TinyModel.Write(_folder, more: g => g.Input("pixel_values", OnnxGraphWriter.Float, "batch", 3));
        Assert.Contains("pixel_values", Refusal());
    }

    [Fact]
    public void Open_BrokenFolders_SayWhatIsMissing()
    {
        Assert.Contains("config.json", Refusal());
        _folder.Write("config.json", """{"model_type":"bert","hidden_size":4}""");
        Assert.Contains("no .onnx file", Refusal());
        _folder.Write("model.onnx", "this is not protobuf at all");
        Assert.Contains("model.onnx", Refusal());
        _folder.Write("config.json", """{"model_type":"bert","hidden_size":"four"}""");
        Assert.Contains("hidden_size is \"four\", expected a whole number", Refusal());
        _folder.Write("config.json", "{");
        Assert.Contains("not valid JSON", Refusal());
    }

    [Fact]
    public void Open_AskedModelFile_IsTheOnlyOne()
    {
        TinyModel.Write(_folder);
        TinyModel.Write(_folder, onnx: "onnx/other.onnx");
        Assert.Equal(
            "onnx/other.onnx",
            ModelFolder.Open(_folder.Path, new ModelOptions { ModelFile = "onnx/other.onnx" }).Choose(DeviceKind.Cpu).Name
        );
        Assert.Contains("onnx/model.onnx", Refusal(new ModelOptions { ModelFile = "onnx/none.onnx" }));
        Assert.Equal(
            ExitCode.BadSpec,
            Assert.Throws<PJobException>(() => ModelFolder.Open(_folder.Path, new ModelOptions { ModelFile = "../x.onnx" })).ExitCode
        );
    }

    [Fact]
    public void Choose_SeveralPrecisions_Float32ForTheCpuFloat16ForGpus()
    {
        TinyModel.Write(_folder);
        TinyModel.WriteBytes(_folder, "onnx/model_fp16.onnx", Weights(10, 2));
        TinyModel.WriteBytes(_folder, "onnx/model_quantized.onnx", Weights(3, 1));
        TinyModel.WriteBytes(_folder, "onnx/model_O3.onnx", Weights(1, 4, fused: true));
        var model = ModelFolder.Open(_folder.Path);
        Assert.Equal(
            ["onnx/model.onnx", "onnx/model_O3.onnx", "onnx/model_quantized.onnx", "onnx/model_fp16.onnx"],
            model.Files.Select(f => f.Name)
        );
        Assert.Equal("onnx/model.onnx", model.Choose(DeviceKind.Cpu).Name);
        Assert.Equal("onnx/model_fp16.onnx", model.Choose(DeviceKind.Cuda).Name);
    }

    [Fact]
    public void Open_Classify_ReadsLabelsInOrder()
    {
        TinyModel.Write(
            _folder,
            output: "logits",
            config: new JsonObject
            {
                ["architectures"] = new JsonArray("BertForSequenceClassification"),
                ["id2label"] = new JsonObject { ["1"] = "good", ["0"] = "bad" },
                ["problem_type"] = "single_label_classification",
            }
        );
        var model = ModelFolder.Open(_folder.Path);
        Assert.Equal(
            (TaskKind.Classify, "bad,good", "single_label_classification"),
            (model.Task, string.Join(",", model.Labels), model.ProblemType)
        );
        Assert.Contains("no …ForSequenceClassification", Refusal(new ModelOptions { Task = TaskKind.Classify }, write: true));
    }

    [Fact]
    public void Create_TaskWithoutItsOutput_NamesWhatThereIs()
    {
        var model = ModelFolder.Open(TinyModel.Write(_folder), new ModelOptions { Task = TaskKind.Answer });
        var e = Assert.Throws<PJobException>(() =>
            InferenceEngine.Create(model, new EngineOptions { Task = TaskKind.Answer, Device = DeviceKind.Cpu })
        );
        Assert.Contains("start_logits", e.Message);
        Assert.Contains("last_hidden_state", e.Message);
    }

    [Fact]
    public void Create_OptionsOutOfRange_AreRefused()
    {
        var model = ModelFolder.Open(TinyModel.Write(_folder));
        foreach (
            var options in (EngineOptions[])
                [
                    new() { Embed = new() { Dimensions = 5 } },
                    new() { MaxLength = 65 },
                    new() { TokenBudget = 3 },
                    new() { Threads = 0 },
                    new() { Task = TaskKind.Tokenize },
                ]
        )
        {
            Assert.Equal(
                ExitCode.BadSpec,
                Assert.Throws<PJobException>(() => InferenceEngine.Create(model, options with { Device = DeviceKind.Cpu })).ExitCode
            );
        }
    }

    [Fact]
    public void Create_CudaWithoutAGpu_SaysWhy()
    {
        if (CudaProvider.Profile.Find().Count > 0)
        {
            Assert.Skip("there is a GPU");
        }

        var model = ModelFolder.Open(TinyModel.Write(_folder));
        var e = Assert.Throws<PJobException>(() => InferenceEngine.Create(model, new EngineOptions { Device = DeviceKind.Cuda }));
        Assert.Contains("compute.device is cuda, but", e.Message);
        using var engine = InferenceEngine.Create(model, new EngineOptions { Device = DeviceKind.Auto });
        Assert.StartsWith("cpu: ", engine.DeviceSummary, StringComparison.Ordinal);
        Assert.Contains("CUDA", engine.DeviceSummary);
    }

    [Fact]
    public void Create_TableOfTokens_SaysWhyInReportAndManifest()
    {
        StaticModel.Write(_folder, "static");
        using var engine = InferenceEngine.Create(ModelFolder.Open(_folder["static"]), new EngineOptions { MaxLength = 8 });
        Assert.Equal(("a table of tokens", "a table of tokens"), (engine.ModelFileReason, engine.Resolved.ModelFileReason));
        Assert.Equal((null, "none"), (engine.Provider, engine.Computed!.Provider));
    }

    [Theory]
    [InlineData("safetensors", true)]
    [InlineData("model.safetensors", false)]
    public void Open_OutputsOrInputsOfAGraphThatIsBuiltHere_AreABadSpec(string modelFile, bool outputs)
    {
        var options = new ModelOptions
        {
            ModelFile = modelFile,
            Outputs = outputs ? ["sentence_embedding"] : [],
            Inputs = outputs ? new Dictionary<string, double>() : new Dictionary<string, double> { ["task_id"] = 4 },
        };
        var e = Assert.Throws<PJobException>(() =>
            ModelFolder.Open(Path.Combine(AppContext.BaseDirectory, "goldens", "pool-mean"), options)
        );
        Assert.Equal(ExitCode.BadSpec, e.ExitCode);
        Assert.Contains($"{(outputs ? "compute.outputs" : "compute.inputs")} is for .onnx files", e.Message);
    }

    [Theory]
    [InlineData("compute.outputs")]
    [InlineData("compute.inputs")]
    [InlineData("compute.model_file")]
    public void Open_TableOfTokensWithSettingsOfAGraph_IsABadSpec(string key)
    {
        StaticModel.Write(_folder, "static");
        Assert.True(ModelFolder.Open(_folder["static"], new ModelOptions { ModelFile = "safetensors" }).IsStatic);
        var options = key switch
        {
            "compute.outputs" => new ModelOptions { Outputs = ["sentence_embedding"] },
            "compute.inputs" => new ModelOptions { Inputs = new Dictionary<string, double> { ["task_id"] = 4 } },
            _ => new ModelOptions { ModelFile = "onnx/model.onnx" },
        };
        var e = Assert.Throws<PJobException>(() => ModelFolder.Open(_folder["static"], options));
        Assert.Equal(ExitCode.BadSpec, e.ExitCode);
        Assert.Contains(key, e.Message);
        Assert.Contains("table of tokens", e.Message);
    }

    string Refusal(ModelOptions? options = null, bool write = false)
    {
        if (write)
        {
            TinyModel.Write(_folder, config: new JsonObject());
        }

        var e = Assert.Throws<PJobException>(() => ModelFolder.Open(_folder.Path, options));
        Assert.Equal(ExitCode.Model, e.ExitCode);
        return e.Message;
    }

    internal static byte[] Weights(int dataType, int size, bool fused = false)
    {
        const int count = 4096;
        var tensor = new ProtoWriter().Number(1, count).Number(2, dataType).Text(8, "w").Bytes(9, new byte[count * size]);
        var node = new ProtoWriter()
            .Text(1, "input_ids")
            .Text(2, "last_hidden_state")
            .Text(4, fused ? "SkipLayerNormalization" : "Identity");
        if (fused)
        {
            node.Text(7, "com.microsoft");
        }

        // What makes bytes a quantized weight is the operator that reads them.
        var graphNodes = new ProtoWriter().Message(1, node);
        if (dataType == 3)
        {
            graphNodes.Message(1, new ProtoWriter().Text(1, "w").Text(1, "scale").Text(2, "wide").Text(4, "DequantizeLinear"));
        }

        static ProtoWriter Value(string name, int type) =>
            new ProtoWriter().Text(1, name).Message(2, new ProtoWriter().Message(1, new ProtoWriter().Number(1, type)));
        var graph = graphNodes
            .Text(2, "g")
            .Message(5, tensor)
            .Message(11, Value("input_ids", 7))
            .Message(12, Value("last_hidden_state", 1));
        return new ProtoWriter().Number(1, 8).Message(7, graph).ToArray();
    }

    void Safetensors(string name, params (string Name, int[] Shape, float[] Values)[] tensors)
    {
        var header = new JsonObject { ["__metadata__"] = new JsonObject { ["format"] = "pt" } };
        var data = new List<byte>();
        foreach (var tensor in tensors)
        {
            var bytes = MemoryMarshal.AsBytes(tensor.Values.AsSpan());
            header[tensor.Name] = new JsonObject
            {
                ["dtype"] = "F32",
                ["shape"] = new JsonArray([.. tensor.Shape.Select(d => (JsonNode)d)]),
                ["data_offsets"] = new JsonArray(data.Count, data.Count + bytes.Length),
            };
            data.AddRange(bytes);
        }

        var json = Encoding.UTF8.GetBytes(header.ToJsonString());
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        TinyModel.WriteBytes(_folder, name, [.. length, .. json, .. data]);
    }
}
