using ProcessingJob.Models.Families;
using ProcessingJob.Models.Graphs;
using ProcessingJob.Models.Onnx;

namespace ProcessingJob.Models.Tests;

/// <summary>
/// Graphs for GPUs: what reads a shape has its result on the CPU, and all arithmetic with it would follow (ONNX Runtime's
/// fallback_cpu_capability.cc); such a session would not open there.
/// </summary>
public sealed class FusedGraphTests
{
    public static TheoryData<string> Names => [.. Directory.GetDirectories(Golden.OwnRoot).Select(f => Path.GetFileName(f)!)];

    [Theory, MemberData(nameof(Names))]
    public void Build_Fused_ReadsNoShapeAndHasOneAttentionALayer(string name)
    {
        var golden = Golden.Own(name);
        foreach (var precision in Enum.GetValues<GraphPrecision>())
        {
            using var graph = EncoderGraph.Build(golden.Folder, golden.Options(GraphForm.Fused, precision));
            var nodes = OnnxNodes.Read(graph.Model).All;

            Assert.DoesNotContain(nodes, n => n.Operation is "Shape" or "Size" or "NonZero" or "Range");
            Assert.DoesNotContain(nodes, n => n.Operation == "Softmax");
            Assert.Equal(golden.Layers, nodes.Count(n => n.Operation == "Attention"));
        }
    }
}
