using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Models.Folders;
using ProcessingJob.Models.Onnx;
using ProcessingJob.Testing;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference.Tests;

/// <summary>Graphs whose results depend on the batch, and graphs that give nothing finite, are found before the first text.</summary>
public sealed class BatchGateTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Create_ResultsDependOnTheBatch_IsRefusedAndSaysWhatToDo()
    {
        WriteBatchDependent();
        var e = Assert.Throws<PJobException>(() => Create());
        Assert.Equal(ExitCode.Model, e.ExitCode);
        Assert.Contains("model.onnx (float32): a text's result depends on the other texts of its batch", e.Message);
        Assert.Contains("compute.allow_batch_dependent: true", e.Message);
    }

    [Fact]
    public async Task Create_ResultsDependOnTheBatchAndThatIsAllowed_RunsOneTextPerCall()
    {
        WriteBatchDependent();
        using var engine = Create(new() { AllowBatchDependent = true });
        Assert.True(engine.Resolved.BatchDependent);
        Assert.Contains("one text per call", engine.DeviceSummary);
        var block = new EncodingBuffer();
        block.Add([3, 5]);
        block.Add([40, 41]);
        block.Add([7]);
        using var result = await engine.RunAsync(block, TestContext.Current.CancellationToken);
        // Each is divided by its own largest value, 53 and 413 and 73, and by no other text's.
        Assert.Equal(40f / 53, result.Row(0)[0], 1e-5f);
        Assert.Equal(405f / 413, result.Row(1)[0], 1e-5f);
        Assert.Equal(70f / 73, result.Row(2)[0], 1e-5f);
        Assert.Equal(3, engine.Stats.Batches);
    }

    [Fact]
    public void Create_ResultsDoNotDependOnTheBatch_IsNotTouchedByThePermission()
    {
        TinyModel.Write(_folder);
        using var engine = Create(new() { AllowBatchDependent = true });
        Assert.False(engine.Resolved.BatchDependent);
    }

    [Fact]
    public void Create_EveryResultIsNaN_IsCalledBrokenOnceWithTheLayer()
    {
        TinyModel.Write(
            _folder,
            output: "table_rows",
            more: graph =>
                graph
                    .Constant("encoder.layer.0.scale", [TinyModel.Hidden], [1f, 1f, 1f, 1f])
                    .Constant("encoder.layer.1.scale", [TinyModel.Hidden], [1f, float.NaN, 1f, 1f])
                    .Node("Mul", ["table_rows", "encoder.layer.0.scale"], ["first"])
                    .Node("Mul", ["first", "encoder.layer.1.scale"], ["second"])
                    .Node("Identity", ["second"], ["last_hidden_state"])
                    .Output("last_hidden_state", OnnxGraphWriter.Float, "batch", "length", TinyModel.Hidden)
        );
        var e = Assert.Throws<PJobException>(() => Create());
        Assert.Equal(ExitCode.Model, e.ExitCode);
        Assert.Contains("every result is NaN or infinity, first in encoder.layer.1.scale (Mul)", e.Message);
    }

    [Fact]
    public void Create_NaNReachesAReshape_NamesTheLayerAndNotTheReshape()
    {
        TinyModel.Write(
            _folder,
            output: "table_rows",
            more: graph =>
                graph
                    .Constant("encoder.shape", [3], [0L, -1L, TinyModel.Hidden])
                    .Constant("encoder.layer.0.scale", [TinyModel.Hidden], [1f, 1f, 1f, 1f])
                    .Node("Neg", ["table_rows"], ["negative"])
                    .Node("Log", ["negative"], ["broken"])
                    .Node("Reshape", ["broken", "encoder.shape"], ["shaped"])
                    .Node("Mul", ["shaped", "encoder.layer.0.scale"], ["last_hidden_state"])
                    .Output("last_hidden_state", OnnxGraphWriter.Float, "batch", "length", TinyModel.Hidden)
        );
        var e = Assert.Throws<PJobException>(() => Create());
        Assert.Contains("every result is NaN or infinity, first in encoder.layer.0.scale (Mul)", e.Message);
    }

    [Fact]
    public void Check_GpuIsLost_IsNotTakenForTextsThatCannotRun()
    {
        var model = ModelFolder.Open(TinyModel.Write(_folder));
        var device = new FakeDevice { BeforeRun = (_, _) => throw new DeviceLostException("CUDA error 719") };
        var output = new ModelOutput.RowVectors(FakeDevice.Width);
        using var graph = model.SourceFor(DeviceKind.Cpu).Source.Open();

        bool? Check(DeviceProfile profile) =>
            BatchGate.Check(model, graph, device, output, 64, new OrtSettings { Profile = profile }, new());

        // A session on a CPU is made anew; nothing is known of the model.
        Assert.Null(Check(DeviceProfile.Cpu));
        Assert.Throws<DeviceLostException>(() => Check(DeviceProfile.Cpu with { Revives = false }));
    }

    [Fact]
    public void Difference_DeviceThatAddsTheBatchsRows_IsSeen()
    {
        var block = Blocks.Random(1, [8, 5, 2]);
        Assert.Equal(0, BatchGate.Difference(new FakeDevice(), new ModelOutput.RowVectors(FakeDevice.Width), block));
        var spoiled = new FakeDevice { Spoil = (_, rows) => rows > 1 };
        Assert.Equal(double.PositiveInfinity, BatchGate.Difference(spoiled, new ModelOutput.RowVectors(FakeDevice.Width), block));
        var broken = new FakeDevice { Spoil = (_, _) => true };
        Assert.Equal(double.NaN, BatchGate.Difference(broken, new ModelOutput.RowVectors(FakeDevice.Width), block));
    }

    [Fact]
    public void SourceFor_QuantizedFileOnCuda_IsTakenOnlyWhenAskedFor()
    {
        TinyModel.WriteBytes(_folder, "onnx/model_quantized.onnx", ModelFolderTests.Weights(3, 1));
        _folder.Write("config.json", """{"model_type":"bert","hidden_size":4,"vocab_size":50}""");
        var model = ModelFolder.Open(_folder.Path);
        Assert.Equal("onnx/model_quantized.onnx", model.Choose(DeviceKind.Cpu).Name);
        var e = Assert.Throws<PJobException>(() => model.Choose(DeviceKind.Cuda));
        Assert.Equal(ExitCode.Model, e.ExitCode);
        Assert.Contains("only quantized graphs (onnx/model_quantized.onnx)", e.Message);
        var weightOnly = Assert.Single(model.Sources, s => s.File.Precision == WeightPrecision.WeightOnly);
        Assert.True(model.IsChosen(weightOnly, DeviceKind.Cpu));
        Assert.False(model.IsChosen(weightOnly, DeviceKind.Cuda));
        var asked = ModelFolder.Open(_folder.Path, new ModelOptions { ModelFile = "onnx/model_quantized.onnx" });
        Assert.Equal("onnx/model_quantized.onnx", asked.Choose(DeviceKind.Cuda).Name);
    }

    /// <summary>Every value is divided by the batch's largest, as a scale of dynamic quantization is taken.</summary>
    void WriteBatchDependent() =>
        TinyModel.Write(
            _folder,
            output: "table_rows",
            more: graph =>
                graph
                    .Node("ReduceMax", ["table_rows"], ["largest"], ("keepdims", 0L))
                    .Node("Div", ["table_rows", "largest"], ["last_hidden_state"])
                    .Output("last_hidden_state", OnnxGraphWriter.Float, "batch", "length", TinyModel.Hidden)
        );

    InferenceEngine Create(EngineOptions? options = null) =>
        InferenceEngine.Create(ModelFolder.Open(_folder.Path), (options ?? new()) with { Device = DeviceKind.Cpu });
}
