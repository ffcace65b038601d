using ProcessingJob.Contract;
using ProcessingJob.Contract.Container;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Reading;
using ProcessingJob.Models.Onnx;
using ProcessingJob.Testing;
using Serilog;

namespace ProcessingJob.Worker.Tests;

public sealed class LoadedModelTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(null, 32)]
    [InlineData(16, 16)]
    [InlineData(100, 100)]
    public void Load_MaxLength_MayExceedTheFoldersButNotTheModels(int? asked, int expected)
    {
        using var model = Load(new() { Tokens = new() { MaxLength = asked } });
        Assert.Equal(expected, model.MaxLength);
    }

    [Theory]
    [InlineData(TaskKind.Embed)]
    [InlineData(TaskKind.Tokenize)]
    public void Load_NoLengthGiven_IsTheFoldersForEveryTask(TaskKind task)
    {
        using var model = Load(new() { Task = task });
        Assert.Equal(32, model.MaxLength);
    }

    [Fact]
    public void Load_MaxLengthBeyondThePositions_IsABadSpec()
    {
        var e = Assert.Throws<PJobException>(() => Load(new() { Tokens = new() { MaxLength = 129 } }));
        Assert.Equal(ExitCode.BadSpec, e.ExitCode);
        Assert.Contains("tokens.max_length: found 129, but the model has positions for 1 to 128", e.Message);
    }

    [Fact]
    public void Blocks_OrdinaryTask_AreTheEnginesWindows()
    {
        using var model = Load(new());
        var reading = ReadOptions.From(new() { Input = new() { Text = ["text"] } }, []);
        Assert.Equal(
            (model.Engine!.BlockRows, reading.BytesPerBlock),
            (model.Blocks(reading).RowsPerBlock, model.Blocks(reading).BytesPerBlock)
        );
    }

    [Fact]
    public void Describe_GraphThatDependsOnTheBatch_SaysSoInTheManifestsSettings()
    {
        var paths = new ContainerPaths(_folder.Path);
        Directory.CreateDirectory(Path.Combine(paths.Model, "onnx"));
        // Every value is divided by the batch's largest.
        var graph = new OnnxGraphWriter()
            .Input("input_ids", OnnxGraphWriter.Int64, "batch", "length")
            .Constant("table", [64, 2], [.. Enumerable.Range(1, 128).Select(i => (float)i)])
            .Node("Gather", ["table", "input_ids"], ["rows"])
            .Node("ReduceMax", ["rows"], ["largest"], ("keepdims", 0L))
            .Node("Div", ["rows", "largest"], ["last_hidden_state"])
            .Output("last_hidden_state", OnnxGraphWriter.Float, "batch", "length", 2);
        File.WriteAllBytes(Path.Combine(paths.Model, "onnx", "model.onnx"), graph.ToModel());
        File.WriteAllText(
            Path.Combine(paths.Model, "config.json"),
            """{"model_type":"bert","hidden_size":2,"vocab_size":64,"max_position_embeddings":16}"""
        );
        File.WriteAllText(Path.Combine(paths.Model, "vocab.txt"), "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n");
        var spec = new JobSpec
        {
            Compute = new() { Device = DeviceKind.Cpu, AllowBatchDependent = true },
        };

        using var model = LoadedModel.Load(spec, null, paths, Log.Logger);

        var resolved = model.Describe(new()).Resolved!;
        Assert.Equal(
            (true, "onnx", "onnx/model.onnx", "the only one", "float32"),
            (resolved.BatchDependent, resolved.GraphOrigin, resolved.ModelFile, resolved.ModelFileReason, resolved.GraphPrecision)
        );
        Assert.Contains(model.Warnings, warning => warning.Code == "batch_dependent");
        var refused = spec with { Compute = spec.Compute with { AllowBatchDependent = false } };
        Assert.Equal(ExitCode.Model, Assert.Throws<PJobException>(() => LoadedModel.Load(refused, null, paths, Log.Logger)).ExitCode);
    }

    LoadedModel Load(JobSpec spec)
    {
        var paths = new ContainerPaths(_folder.Path);
        if (!Directory.Exists(paths.Model))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(paths.Model)!);
            Directory.CreateSymbolicLink(paths.Model, ModelCache.Get(new() { MaxSequenceLength = 32 }));
        }

        return LoadedModel.Load(spec with { Compute = new() { Device = DeviceKind.Cpu } }, null, paths, Log.Logger);
    }
}
