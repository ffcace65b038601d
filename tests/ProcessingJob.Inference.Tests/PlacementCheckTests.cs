using System.Text;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Contract.Wire;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Inference.Heads;
using ProcessingJob.Models.Folders;
using ProcessingJob.Models.Graphs;
using ProcessingJob.Models.Onnx;
using ProcessingJob.Testing;

namespace ProcessingJob.Inference.Tests;

/// <summary>
/// The check of where nodes run, over profiles of real runs on the CPU's provider: asked for "CUDA" all of them fell to the CPU, and with
/// the provider of some exchanged only the others did.
/// </summary>
public sealed class PlacementCheckTests : IDisposable
{
    const string Cpu = "CPUExecutionProvider";
    const string Cuda = "CUDAExecutionProvider";
    static readonly string Golden = Path.Combine(AppContext.BaseDirectory, "goldens", "pool-mean");

    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Check_FusedGraphAllOnTheDevice_CountsAndWarnsOfNothing()
    {
        var (profile, graph) = Run(GraphForm.Fused);

        var (counts, warnings) = PlacementCheck.Check(profile, graph, Cpu, "model");

        Assert.Empty(warnings);
        Assert.Equal((0, 0, 0), (counts.OnCpu, counts.Copies, counts.UnfusedAttention));
        Assert.Equal(graph.All.Count(n => n.Operation == "Attention"), counts.FusedAttention);
        Assert.True(counts.FusedAttention > 0);
        Assert.Equal(profile.Count, counts.OnDevice);
    }

    [Fact]
    public void Check_AttentionOfSingleNodes_WarnsAndNamesTheCure()
    {
        var (profile, graph) = Run(GraphForm.Plain);

        var (counts, warnings) = PlacementCheck.Check(profile, graph, Cpu, "model");

        Assert.Equal((0, graph.All.Count(n => n.Operation == "Softmax")), (counts.FusedAttention, counts.UnfusedAttention));
        Assert.Contains("attention is not fused", Assert.Single(warnings));
        Assert.Contains("compute.model_file: safetensors", warnings[0]);
    }

    [Theory]
    [InlineData(GraphForm.Plain, "MatMul")]
    [InlineData(GraphForm.Plain, "Gemm")]
    [InlineData(GraphForm.Plain, "Softmax")]
    [InlineData(GraphForm.Plain, "LayerNormalization")]
    [InlineData(GraphForm.Plain, "Gather")]
    [InlineData(GraphForm.Fused, "Attention")]
    [InlineData(GraphForm.Fused, "FusedMatMul")]
    [InlineData(GraphForm.Fused, "SkipLayerNormalization")]
    public void Check_WorkOnTheCpu_EndsAndNamesTheNodes(GraphForm form, string operation)
    {
        var (profile, graph) = Run(form);
        Assert.Contains(profile, n => n.Operation == operation);
        var mostly = profile.Select(n => n.Operation == operation ? n : n with { Provider = Cuda }).ToList();

        var e = Assert.Throws<PJobException>(() => PlacementCheck.Check(mostly, graph, Cuda, "m.onnx"));

        Assert.Equal(ExitCode.Model, e.ExitCode);
        var node = mostly.First(n => n.Provider == Cpu && (operation != "Gather" || n.Inputs[0].Type == "float"));
        Assert.Contains($"{node.Name} ({operation})", e.Message);
        Assert.StartsWith("m.onnx: ", e.Message);
        Assert.Contains("compute.model_file: safetensors", e.Message);
    }

    [Theory]
    [InlineData("Gather of the file")]
    [InlineData("made by the optimizer")]
    public void Check_Bfloat16TableOnTheCpu_Ends(string name)
    {
        var gather = new ProtoWriter().Text(1, "table").Text(1, "ids").Text(2, "rows").Text(3, "Gather of the file").Text(4, "Gather");
        var table = new ProtoWriter().Number(1, 2).Number(2, 16).Text(8, "table");
        var graph = OnnxNodes.Read(new ProtoWriter().Message(7, new ProtoWriter().Message(1, gather).Message(5, table)).ToArray());
        var node = new ProfiledNode(name, "Gather", Cpu, [new("bfloat16", 2), new("int64", 2)]);

        var e = Assert.Throws<PJobException>(() => PlacementCheck.Check([node], graph, Cuda, "m.onnx"));

        Assert.Contains($"{name} (Gather)", e.Message);
    }

    [Fact]
    public void Check_OnlyShapeArithmeticOnTheCpu_IsFine()
    {
        var (profile, graph) = Run(ShapeArithmetic());
        var mostly = profile
            .Select(n => n.Operation is "Shape" or "Concat" || n.Inputs is [{ Type: "int64" }, ..] ? n : n with { Provider = Cuda })
            .ToList();

        var (counts, _) = PlacementCheck.Check(mostly, graph, Cuda, "model");

        Assert.Equal(3, counts.OnCpu);
        Assert.Equal(profile.Count - 3, counts.OnDevice);
    }

    [Theory]
    [InlineData("int32", 2, true)]
    [InlineData("int32", 1, false)]
    [InlineData("float", 4, false)]
    public void Check_MaskOfTwoDimensions_Warns(string type, int rank, bool warns)
    {
        var node = new ProfiledNode("a", "MultiHeadAttention", Cuda, [new("float16", 3), new(type, rank)]);

        var (counts, warnings) = PlacementCheck.Check([node], OnnxNodes.Read([]), Cuda, "model");

        Assert.Equal((1, warns ? 1 : 0), (counts.FusedAttention, counts.MaskedAttention));
        Assert.Equal(warns, warnings.Any(w => w.Contains("a mask of two dimensions") && w.Contains("compute.model_file: safetensors")));
    }

    [Fact]
    public void Check_SoftmaxOfAClassifier_IsNoAttention()
    {
        var nodes = new ProfiledNode[] { new("a", "Attention", Cuda, []), new("s", "Softmax", Cuda, [new("float", 2)]) };

        var (counts, warnings) = PlacementCheck.Check(nodes, OnnxNodes.Read([]), Cuda, "model");

        Assert.Equal((0, 0), (counts.UnfusedAttention, warnings.Count));
    }

    [Fact]
    public void Read_RunsOfANode_CountOnce()
    {
        const string node =
            """{"cat":"Node","name":"M_kernel_time","args":{"op_name":"MatMul","provider":"CUDAExecutionProvider","input_type_shape":[{"float16":[2,3,4]},{"int32":[2]}]}}""";
        var json =
            $$$"""[{"cat":"Session","name":"model_run","args":{}},{{{node}}},{{{node}}},{"cat":"Node","name":"M_fence_before","args":{"op_name":"MatMul"}}]""";

        var read = Assert.Single(RunProfile.Read(Encoding.UTF8.GetBytes(json)));

        Assert.Equal(("M", "MatMul", Cuda), (read.Name, read.Operation, read.Provider));
        Assert.Equal([new("float16", 3), new("int32", 1)], read.Inputs);
    }

    [Fact]
    public void Run_FileThatIsNotOurs_IsProfiledAndLeavesNoFile()
    {
        var before = Directory.GetDirectories(Path.GetTempPath(), "pjob-profile-*").Length;
        var model = ModelFolder.Open(TinyModel.Write(_folder));
        var source = model.SourceFor(DeviceKind.Cpu).Source;
        var head = TaskHeads.Create(model, source, TaskKind.Embed, new EmbedOptions());

        using var graph = source.Open();
        var (counts, warnings) = PlacementProbe.Run(model, graph, head, new OrtSettings { Profile = DeviceProfile.Cpu }, 64);

        Assert.Equal((1, 0), (counts.OnDevice, counts.OnCpu));
        Assert.Contains("attention is not fused (0 attention nodes", Assert.Single(warnings));
        Assert.InRange(Directory.GetDirectories(Path.GetTempPath(), "pjob-profile-*").Length, 0, before);
    }

    [Fact]
    public void Run_FileWhoseWorkFallsToTheCpu_Ends()
    {
        var model = ModelFolder.Open(TinyModel.Write(_folder));
        var source = model.SourceFor(DeviceKind.Cpu).Source;
        var head = TaskHeads.Create(model, source, TaskKind.Embed, new EmbedOptions());
        var settings = new OrtSettings { Profile = DeviceProfile.Cpu with { Provider = Cuda } };

        using var graph = source.Open();
        var e = Assert.Throws<PJobException>(() => PlacementProbe.Run(model, graph, head, settings, 64));

        Assert.Contains("1 node of the model's work would run on the CPU", e.Message);
        Assert.Contains("(Gather)", e.Message);
    }

    [Fact]
    public void OrtDevice_OurGraphWithoutFallback_DoesNotOpenWhereNodesAreOnTheCpu()
    {
        var (model, source, head) = Open(GraphForm.Fused);
        var strict = new OrtSettings { Profile = DeviceProfile.Cpu with { NoCpuFallback = true } };
        using var graph = source.Open();

        var e = Assert.Throws<PJobException>(() => new OrtDevice(model, graph, head, strict, 1, 64, readOnDevice: false));

        Assert.Equal(ExitCode.Model, e.ExitCode);
        Assert.Contains("fallback to CPU EP has been explicitly disabled", e.Message);
    }

    static (IReadOnlyList<ProfiledNode> Profile, OnnxNodes Graph) Run(GraphForm form)
    {
        var (model, source, head) = Open(form);
        using var graph = source.Open();
        return (
            PlacementProbe.Profile(model, graph, head, new OrtSettings { Profile = DeviceProfile.Cpu }, 16),
            OnnxNodes.Read(graph.Bytes!)
        );
    }

    (IReadOnlyList<ProfiledNode> Profile, OnnxNodes Graph) Run(Action<OnnxGraphWriter> more)
    {
        var model = ModelFolder.Open(TinyModel.Write(_folder, more: more, output: "embedded"));
        var source = model.SourceFor(DeviceKind.Cpu).Source;
        var head = TaskHeads.Create(model, source, TaskKind.Embed, new EmbedOptions());
        using var graph = source.Open();
        return (
            PlacementProbe.Profile(model, graph, head, new OrtSettings { Profile = DeviceProfile.Cpu }, 16),
            OnnxNodes.Read(source.Path)
        );
    }

    static (ModelFolder Model, ModelSource Source, OutputHead Head) Open(GraphForm form)
    {
        var model = ModelFolder.Open(Golden);
        var source = Assert.IsType<SafetensorsSource>(model.SourceFor(DeviceKind.Cpu).Source);
        source = source with { Options = source.Options with { Form = form } };
        return (model, source, TaskHeads.Create(model, source, TaskKind.Embed, new EmbedOptions()));
    }

    /// <summary>last_hidden_state = reshape(embedded, [batch of its own shape, -1, 4]).</summary>
    static Action<OnnxGraphWriter> ShapeArithmetic() =>
        graph =>
            graph
                .Constant("first", [1], [0L])
                .Constant("rest", [2], [-1L, TinyModel.Hidden])
                .Node("Shape", ["embedded"], ["shape"])
                .Node("Gather", ["shape", "first"], ["batch of shape"], ("axis", 0L))
                .Node("Concat", ["batch of shape", "rest"], ["target"], ("axis", 0L))
                .Node("Reshape", ["embedded", "target"], ["last_hidden_state"])
                .Output("last_hidden_state", OnnxGraphWriter.Float, "batch", "length", TinyModel.Hidden);
}
