using System.Text.Json;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Inference.Heads;
using ProcessingJob.Models.Folders;
using ProcessingJob.Models.Modules;
using ProcessingJob.Testing;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference.Tests;

/// <summary>
/// ONNX files as hubs hold them, against what torch or ONNX Runtime gave for each text alone: right, or refused by a named reason.
/// </summary>
public sealed class OnnxGoldenTests
{
    static readonly string Shared = Path.GetFullPath(Repo.File("..", "shared", "goldens", "onnx"));

    /// <summary>Files that no setting runs here, with a part of what is said of them.</summary>
    static readonly Dictionary<string, string> Refused = new(StringComparer.Ordinal)
    {
        ["fixed-1x16/onnx/model.onnx"] = "input_ids has the fixed shape [1, 16]",
        ["probabilities/onnx/model.onnx"] = "probabilities comes out of Softmax",
        ["js-bert/onnx/model_fp16_broken.onnx"] = "ONNX Runtime cannot open it",
        ["js-bert-ner/onnx/model.onnx"] = "BertForTokenClassification",
        ["js-bert-ner/onnx/model_fp16.onnx"] = "BertForTokenClassification",
        ["js-bert-ner/onnx/model_quantized.onnx"] = "BertForTokenClassification",
        ["js-bert-fill-mask/onnx/model.onnx"] = "task embed needs last_hidden_state",
        ["js-bert-fill-mask/onnx/model_quantized.onnx"] = "task embed needs last_hidden_state",
        ["qwen3-kv-logits/onnx/model.onnx"] = "task embed needs last_hidden_state",
    };

    public static TheoryData<string> Files =>
        Directory.Exists(Shared)
            ? [.. Directory.GetFiles(Shared, "*.onnx", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Shared, f)).Order()]
            : ["none"];

    [Theory, MemberData(nameof(Files))]
    public async Task Run_SharedGolden_IsRightOrRefusedByName(string file)
    {
        Assert.SkipUnless(Directory.Exists(Shared), "../shared is not there");
        var golden = new OnnxGolden(Shared, file);
        if (Refused.TryGetValue(file, out var reason))
        {
            var refusal = Assert.Throws<PJobException>(golden.Create);
            Assert.Equal(ExitCode.Model, refusal.ExitCode);
            Assert.Contains(reason, refusal.Message);
            return;
        }

        if (golden.DependsOnBatch)
        {
            var refusal = await Assert.ThrowsAsync<PJobException>(() => golden.DifferenceAsync(allowBatchDependent: false));
            Assert.Equal(ExitCode.Model, refusal.ExitCode);
            Assert.Contains("a text's result depends on the other texts of its batch", refusal.Message);
        }

        var difference = await golden.DifferenceAsync(golden.DependsOnBatch);
        Assert.True(difference <= golden.Limit, $"found a difference of {difference:0.0e0}");
    }
}

/// <summary>One file of a golden folder, run here through tokenizer, graph and heads.</summary>
sealed class OnnxGolden
{
    readonly JsonElement _root;
    readonly JsonElement _expected;
    readonly string _folder;
    readonly string _file;

    public OnnxGolden(string root, string file)
    {
        var name = file[..file.IndexOf('/')];
        (_folder, _file) = (Path.Combine(root, name), file[(name.Length + 1)..]);
        _root = JsonElement.Parse(File.ReadAllBytes(Path.Combine(_folder, "expected.json")));
        _expected = _root.GetProperty("files").GetProperty(_file);
    }

    public bool DependsOnBatch =>
        _expected.TryGetProperty("alone_against_batch_of_8", out var found)
        && found.TryGetProperty("depends_on_batch", out var depends)
        && depends.GetBoolean();

    /// <summary>float16 is rounded otherwise by every version of ONNX Runtime; O3 approximates GELU, by 7e-4 as the golden says.</summary>
    public double Limit =>
        _expected.GetProperty("precision").GetString() == "float16" || _file.Contains("f16", StringComparison.Ordinal) ? 2e-3
        : _file.Contains("_O3", StringComparison.Ordinal) ? 1e-3
        : 1e-4;

    TaskKind Task =>
        _root.GetProperty("task").GetString() switch
        {
            "text-classification" => TaskKind.Classify,
            "question-answering" => TaskKind.Answer,
            _ => TaskKind.Embed,
        };

    /// <returns>The largest difference of a row, of its largest value; of a classifier or an answerer, of all rows' largest.</returns>
    public async Task<double> DifferenceAsync(bool allowBatchDependent)
    {
        var model = Open();
        var block = Encode(model);
        var options = Options(allowBatchDependent);
        var values = _expected.GetProperty("values");
        if (Task != TaskKind.Embed)
        {
            return await ScoresAsync(model, options, block, values);
        }

        if (values[0].ValueKind == JsonValueKind.Array)
        {
            return await EmbeddingsAsync(model, options, block, [.. values.EnumerateArray().Select(Floats)]);
        }

        var worst =
            _expected.TryGetProperty("sentence_embedding", out var sentence) && model.Sentence!.HasModules
                ? await EmbeddingsAsync(model, options, block, [.. sentence.GetProperty("values").EnumerateArray().Select(Floats)])
                : 0;
        foreach (var (mode, name) in new[] { (PoolingMode.Cls, "cls"), (PoolingMode.Mean, "mean"), (PoolingMode.Last, "last") })
        {
            var pooled = options with
            {
                Embed = new EmbedOptions { Pooling = mode, Normalize = false },
            };
            float[][] expected = [.. values.EnumerateArray().Select(row => Floats(row.GetProperty(name)))];
            worst = Math.Max(worst, await EmbeddingsAsync(model, pooled, block, expected));
        }

        return worst;
    }

    /// <summary>Makes the engine and forgets it.</summary>
    public void Create() => InferenceEngine.Create(Open(), Options(allowBatchDependent: true)).Dispose();

    EngineOptions Options(bool allowBatchDependent) =>
        new()
        {
            Task = Task,
            Device = DeviceKind.Cpu,
            AllowBatchDependent = allowBatchDependent,
        };

    ModelFolder Open() =>
        ModelFolder.Open(
            _folder,
            new ModelOptions
            {
                ModelFile = _file,
                Task = Task,
                Inputs = _root.TryGetProperty("constants_fed", out var fed)
                    ? fed.EnumerateObject().ToDictionary(c => c.Name, c => c.Value.GetDouble())
                    : new(),
            }
        );

    EncodingBuffer Encode(ModelFolder model)
    {
        var tokenizer = Tokenizer.Load(model.EncoderFolder);
        var encoder = tokenizer.CreateEncoder(new EncodeOptions { MaxLength = model.MaxLength(tokenizer) });
        var block = new EncodingBuffer();
        foreach (var input in _root.GetProperty("inputs").EnumerateArray())
        {
            // transformers takes an empty second text for none where a single pair is encoded.
            if (input.ValueKind == JsonValueKind.Array && input[1].GetString() is { Length: > 0 } second)
            {
                encoder.Encode(input[0].GetString()!, second, block);
            }
            else
            {
                encoder.Encode((input.ValueKind == JsonValueKind.Array ? input[0] : input).GetString()!, block);
            }
        }

        foreach (var (row, ids) in _root.GetProperty("input_ids").EnumerateArray().Index())
        {
            Assert.Equal(ids.EnumerateArray().Select(v => v.GetInt32()), block.Ids(row).ToArray());
        }

        return block;
    }

    static async Task<double> EmbeddingsAsync(ModelFolder model, EngineOptions options, EncodingBuffer block, float[][] expected)
    {
        using var engine = InferenceEngine.Create(model, options);
        using var result = await engine.RunAsync(block, TestContext.Current.CancellationToken);
        Assert.Equal((expected.Length, expected[0].Length), (result.Count, engine.Output.Width));
        return expected.Select((row, i) => Largest(row, result.Row(i)) / row.Max(MathF.Abs)).Max();
    }

    async Task<double> ScoresAsync(ModelFolder model, EngineOptions options, EncodingBuffer block, JsonElement values)
    {
        using var engine = InferenceEngine.Create(model, options);
        using var result = await engine.RunAsync(block, TestContext.Current.CancellationToken);
        float[][] expected = [.. values.EnumerateArray().Select(Floats)];
        if (Task == TaskKind.Classify)
        {
            return expected.Select((row, i) => Largest(row, result.Row(i))).Max() / expected.Max(row => row.Max(MathF.Abs));
        }

        float[][] ends = [.. _expected.GetProperty("end_logits").EnumerateArray().Select(Floats)];
        var worst = expected.Select((row, i) => Math.Max(Largest(row, result.Start(i)), Largest(ends[i], result.End(i)))).Max();
        return worst / expected.Concat(ends).Max(row => row.Max(MathF.Abs));
    }

    static double Largest(float[] expected, ReadOnlySpan<float> found)
    {
        Assert.Equal(expected.Length, found.Length);
        var worst = 0.0;
        for (var i = 0; i < expected.Length; i++)
        {
            worst = Math.Max(worst, Math.Abs(expected[i] - (double)found[i]));
        }

        return worst;
    }

    static float[] Floats(JsonElement values) =>
        values.ValueKind == JsonValueKind.Array ? [.. values.EnumerateArray().Select(v => v.GetSingle())] : [values.GetSingle()];
}
