using System.Text.Json;
using ProcessingJob.Models.Onnx;
using ProcessingJob.Testing;

namespace ProcessingJob.Models.Tests.Onnx;

/// <summary>What a graph computes with, read from its operators.</summary>
public sealed class OperatorPrecisionTests
{
    static readonly string Shared = Path.GetFullPath(Repo.File("..", "shared", "goldens", "onnx"));

    [Theory]
    [InlineData(WeightPrecision.Float32, "MatMul")]
    [InlineData(WeightPrecision.QuantizedDynamic, "DynamicQuantizeLinear", "MatMulInteger")]
    [InlineData(WeightPrecision.QuantizedDynamic, "QAttention")]
    [InlineData(WeightPrecision.QuantizedDynamic, "DynamicQuantizeMatMul")]
    // Scales per row by standard operators.
    [InlineData(WeightPrecision.QuantizedDynamic, "MatMulInteger")]
    [InlineData(WeightPrecision.QuantizedStatic, "QuantizeLinear", "MatMulInteger")]
    [InlineData(WeightPrecision.QuantizedStatic, "QuantizeLinear", "QAttention")]
    [InlineData(WeightPrecision.QuantizedStatic, "QLinearMatMul")]
    [InlineData(WeightPrecision.WeightOnly, "MatMulNBits")]
    [InlineData(WeightPrecision.WeightOnly, "DequantizeLinear", "MatMul")]
    public void Read_Operators_DecideWhateverTheWeightsAre(WeightPrecision expected, params string[] operators)
    {
        var graph = Graph();
        var value = "input_ids";
        foreach (var (i, operation) in operators.Index())
        {
            graph.Node(operation, [value, "w"], [value = $"v{i}"]);
        }

        graph.Node("MatMul", [value, "w"], ["last_hidden_state"]);
        Assert.Equal(expected, OnnxSummaryReader.Read(graph.ToModel()).Precision);
    }

    [Fact]
    public void Read_QuantizeLinearOfAWeight_IsWeightOnly()
    {
        var graph = Graph()
            .Node("QuantizeLinear", ["w", "scale"], ["q"])
            .Node("DequantizeLinear", ["q", "scale"], ["back"])
            .Node("MatMul", ["input_ids", "back"], ["last_hidden_state"]);
        Assert.Equal(WeightPrecision.WeightOnly, OnnxSummaryReader.Read(graph.ToModel()).Precision);
    }

    [Theory]
    [InlineData(OnnxGraphWriter.Float16, WeightPrecision.Float16)]
    [InlineData(16, WeightPrecision.Bfloat16)]
    [InlineData(OnnxGraphWriter.Float, WeightPrecision.Float32)]
    public void Read_WeightsCastBeforeTheProduct_CountAsWhatTheyAreCastTo(int to, WeightPrecision expected)
    {
        var graph = Graph()
            .Node("Transpose", ["w"], ["t"])
            .Node("Cast", ["t"], ["c"], ("to", (long)to))
            .Node("MatMul", ["input_ids", "c"], ["last_hidden_state"]);
        Assert.Equal(expected, OnnxSummaryReader.Read(graph.ToModel()).Precision);
    }

    [Fact]
    public void Read_QuantizeLinearWithoutInputs_IsReadAllTheSame()
    {
        var graph = Graph().Node("QuantizeLinear", [], ["q"]).Node("MatMul", ["input_ids", "w"], ["last_hidden_state"]);
        Assert.Equal(WeightPrecision.Float32, OnnxSummaryReader.Read(graph.ToModel()).Precision);
    }

    [Fact]
    public void Read_OutputOperators_LookThroughCasts()
    {
        var graph = Graph().Node("Softmax", ["w"], ["p"]).Node("Cast", ["p"], ["last_hidden_state"], ("to", 1L));
        Assert.Equal("Softmax", OnnxSummaryReader.Read(graph.ToModel()).OutputOperators["last_hidden_state"]);
    }

    public static TheoryData<string> SharedFiles =>
        Directory.Exists(Shared)
            ? [.. Directory.GetFiles(Shared, "*.onnx", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Shared, f)).Order()]
            : ["none"];

    [Theory, MemberData(nameof(SharedFiles))]
    public void Read_SharedGolden_IsWhatItsMakerCalledIt(string file)
    {
        Assert.SkipUnless(Directory.Exists(Shared), "../shared is not there");
        var folder = file[..file.IndexOf('/')];
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Shared, folder, "expected.json")));
        var stated = json.RootElement.GetProperty("files").GetProperty(file[(folder.Length + 1)..]).GetProperty("precision").GetString();
        var expected = stated switch
        {
            "float32" => WeightPrecision.Float32,
            "float16" => WeightPrecision.Float16,
            "weight-only" => WeightPrecision.WeightOnly,
            "quantised-static" => WeightPrecision.QuantizedStatic,
            "quantised-dynamic" => WeightPrecision.QuantizedDynamic,
            _ => throw new InvalidDataException(stated),
        };
        Assert.Equal(expected, OnnxSummaryReader.Read(Path.Combine(Shared, file)).Precision);
    }

    static OnnxGraphWriter Graph() =>
        new OnnxGraphWriter()
            .Input("input_ids", OnnxGraphWriter.Int64, "batch", "length")
            .Constant("w", [2, 2], [1f, 2f, 3f, 4f])
            .Constant("scale", [1], [1f])
            .Output("last_hidden_state", OnnxGraphWriter.Float, "batch", "length", 2);
}
