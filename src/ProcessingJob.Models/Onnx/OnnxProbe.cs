using ProcessingJob.Contract.Wire;
using static ProcessingJob.Models.Onnx.OnnxFields;

namespace ProcessingJob.Models.Onnx;

/// <summary>A model whose steps can be looked at: what every node that reads a weight gives is one more output.</summary>
public sealed class OnnxProbe
{
    OnnxProbe(byte[] model, IReadOnlyList<OnnxStep> steps) => (Model, Steps) = (model, steps);

    /// <summary>The ModelProto; its external data is where it was.</summary>
    public byte[] Model { get; }

    /// <summary>The added outputs, in the order in which the graph computes them.</summary>
    public IReadOnlyList<OnnxStep> Steps { get; }

    /// <param name="model">A ModelProto.</param>
    public static OnnxProbe Of(ReadOnlySpan<byte> model)
    {
        var graph = OnnxNodes.Read(model);
        var outputs = graph.Outputs.ToHashSet(StringComparer.Ordinal);
        var added = new ProtoWriter();
        var steps = new List<OnnxStep>();
        foreach (var node in graph.All)
        {
            if (node.Inputs.FirstOrDefault(graph.Weights.Contains) is not { } weight || node.Outputs is not [{ Length: > 0 } output, ..])
            {
                continue;
            }

            // A weight's name tells the layer better than a number: encoder.layer.3.output.dense.weight.
            var name = weight.Contains('.') && !weight.StartsWith("onnx::", StringComparison.Ordinal) ? weight : node.Name;
            steps.Add(new OnnxStep(output, $"{(name.Length > 0 ? name : output)} ({node.Operation})"));
            if (outputs.Add(output))
            {
                added.Message(GraphOutputs, new ProtoWriter().Text(ValueName, output));
            }
        }

        // protobuf joins the parts of a message that stands twice.
        return new OnnxProbe([.. model, .. new ProtoWriter().Message(ModelGraph, added).ToArray()], steps);
    }
}

/// <summary>A node that reads a weight.</summary>
/// <param name="Output">Name of what it gives.</param>
/// <param name="Layer">What a person calls it.</param>
public sealed record OnnxStep(string Output, string Layer);
