using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Contract.Wire;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Inference.Verification;
using ProcessingJob.Models.Folders;
using ProcessingJob.Models.Onnx;
using ProcessingJob.Samples;
using ProcessingJob.Testing;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference.Tests;

public sealed class Float16FileTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // The check needs tokens; the samples bring their own vocabulary.
    public Float16FileTests() => _folder.Write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nfine\ntoo\nlate\n");

    static EngineOptions Options(TaskKind task) => new() { Task = task, Device = DeviceKind.Cpu };

    [Theory]
    [InlineData(ModelFamily.Bert, ModelHead.Encoder, TaskKind.Embed)]
    [InlineData(ModelFamily.Roberta, ModelHead.Encoder, TaskKind.Embed)]
    [InlineData(ModelFamily.DistilBert, ModelHead.QuestionAnswering, TaskKind.Answer)]
    [InlineData(ModelFamily.Bert, ModelHead.SequenceClassification, TaskKind.Classify)]
    public void Create_AnyFamilyAndHead_IsWhatAGpuTakes(ModelFamily family, ModelHead head, TaskKind task)
    {
        _folder.Copy(ModelCache.Get(new SampleModelOptions { Family = family, Head = head }));
        var (name, result) = Float16File.Create(_folder.Path, Options(task));
        Assert.Equal("onnx/model_fp16.onnx", name);
        Assert.InRange(result.MinCosine, 0.9999, 1.0000001);
        Assert.True(result.MaxDifference > 0, "two files of the same precision were compared");

        var model = ModelFolder.Open(_folder.Path, new ModelOptions { Task = task });
        Assert.Equal((name, WeightPrecision.Float16), (model.Choose(DeviceKind.Cuda).Name, model.Choose(DeviceKind.Cuda).Precision));
        Assert.Equal("onnx/model.onnx", model.Choose(DeviceKind.Cpu).Name);
        Assert.InRange(model.Choose(DeviceKind.Cuda).Bytes, 1, model.Choose(DeviceKind.Cpu).Bytes * 6 / 10);
        Assert.Contains("already", Assert.Throws<PJobException>(() => Float16File.Create(_folder.Path, Options(task))).Message);
    }

    [Fact]
    public async Task Create_ExternalDataAndFoldedConstants_AreWrittenIn()
    {
        // last_hidden_state = Gather(table, ids) + 0.5 + ConstantOfShape(1), with all forms of floats that are no plain initializer.
        var table = new ProtoWriter()
            .Number(1, TinyModel.Vocabulary)
            .Number(1, TinyModel.Hidden)
            .Number(2, OnnxGraphWriter.Float)
            .Text(8, "external")
            .Message(13, Entry("location", "weights.bin"))
            .Message(13, Entry("offset", "8"))
            .Message(13, Entry("length", "800"))
            .Number(14, 1);
        var half = new ProtoWriter().Text(1, "value_float").Raw([2 << 3 | 5, .. BitConverter.GetBytes(0.5f)]).Number(20, 1);
        TinyModel.Write(
            _folder,
            output: "gathered_of_table",
            more: graph =>
                graph
                    .Constant("one", [1], [1L])
                    .Node("ConstantOfShape", ["one"], ["zero"])
                    .Node("Cast", ["input_ids"], ["numbers"], ("to", OnnxGraphWriter.Float))
                    .Node("Unsqueeze", ["numbers", "last"], ["columns"])
                    .Constant("last", [1], [2L])
                    .Node("Gather", ["external", "input_ids"], ["gathered"])
                    .Node("Add", ["gathered", "half"], ["with_half"])
                    .Node("Add", ["with_half", "zero"], ["with_zero"])
                    .Node("Add", ["with_zero", "columns"], ["last_hidden_state"])
                    .Output("last_hidden_state", OnnxGraphWriter.Float, "batch", "length", TinyModel.Hidden)
        );
        PutFirst(_folder["onnx/model.onnx"], (5, table), (1, new ProtoWriter().Text(2, "half").Text(4, "Constant").Message(5, half)));
        TinyModel.WriteBytes(
            _folder,
            "onnx/weights.bin",
            [.. new byte[8], .. Enumerable.Range(0, 200).SelectMany(i => BitConverter.GetBytes((float)i))]
        );
        var (name, _) = Float16File.Create(_folder.Path, Options(TaskKind.Embed));
        File.Delete(_folder["onnx/weights.bin"]);

        using var engine = InferenceEngine.Create(
            ModelFolder.Open(_folder.Path, new ModelOptions { ModelFile = name }),
            Options(TaskKind.Embed)
        );
        var block = new EncodingBuffer();
        block.Add([7]);
        using var result = await engine.RunAsync(block, default);
        Assert.Equal([35.5f, 36.5f, 37.5f, 38.5f], result.Row(0).ToArray());

        static ProtoWriter Entry(string key, string value) => new ProtoWriter().Text(1, key).Text(2, value);
    }

    [Fact]
    public void Create_NumbersBeyondFloat16_IsRefusedAndLeavesNothing()
    {
        TinyModel.Write(
            _folder,
            output: "gathered",
            more: graph =>
                graph
                    .Constant("wide", [TinyModel.Hidden], [1f, 1e4f, 3e5f, 1e6f])
                    .Node("Mul", ["gathered", "wide"], ["last_hidden_state"])
                    .Output("last_hidden_state", OnnxGraphWriter.Float, "batch", "length", TinyModel.Hidden)
        );
        var error = Assert.Throws<PJobException>(() => Float16File.Create(_folder.Path, Options(TaskKind.Embed)));
        Assert.Equal(ExitCode.Model, error.ExitCode);
        Assert.Contains("float16 does not hold this model", error.Message);
        Assert.Equal(["model.onnx"], Directory.GetFiles(_folder["onnx"]).Select(Path.GetFileName));
    }

    [Fact]
    public void Halves_MasksAndEpsilons_StayFinite()
    {
        Assert.Equal([Half.MinValue, Half.MaxValue, (Half)1.5f], Converted([float.NegativeInfinity, 3e38f, 1.5f]));
        Assert.Equal([Half.Epsilon], Converted([1e-12f]));
        Assert.Equal([Half.Zero, Half.Zero], Converted([1e-12f, 0]));
    }

    /// <summary>Puts fields before the others of a model's graph.</summary>
    static void PutFirst(string path, params (int Field, ProtoWriter Message)[] fields)
    {
        var (model, graph) = (new ProtoWriter(), new ProtoWriter());
        foreach (var (field, message) in fields)
        {
            graph.Message(field, message);
        }

        var r = new ProtoReader(File.ReadAllBytes(path));
        while (r.Next())
        {
            if (r.Field == 7)
            {
                model.Message(7, graph.Raw(r.Bytes));
            }
            else
            {
                model.Raw(r.Raw);
            }
        }

        File.WriteAllBytes(path, model.ToArray());
    }

    static Half[] Converted(float[] values)
    {
        var tensor = new ProtoWriter()
            .Number(1, values.Length)
            .Number(2, OnnxGraphWriter.Float)
            .Bytes(9, [.. values.SelectMany(BitConverter.GetBytes)]);
        var r = new ProtoReader(new Float16Tensors("").Convert(tensor.ToArray()).ToArray());
        while (r.Next())
        {
            if (r.Field == 9)
            {
                return System.Runtime.InteropServices.MemoryMarshal.Cast<byte, Half>(r.Bytes).ToArray();
            }
        }

        return [];
    }
}
