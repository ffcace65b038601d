using ProcessingJob.Contract.Wire;
using static ProcessingJob.Models.Onnx.OnnxFields;

namespace ProcessingJob.Models.Onnx;

/// <summary>The nodes of a model's main graph without their attributes, and which of their inputs are weights.</summary>
public sealed class OnnxNodes
{
    readonly List<OnnxNode> _nodes = [];
    readonly HashSet<string> _weights = new(StringComparer.Ordinal);
    readonly HashSet<string> _outputs = new(StringComparer.Ordinal);

    public IReadOnlyList<OnnxNode> All => _nodes;

    /// <summary>Names of the initializers of floating-point numbers: those of integers are indexes and shapes.</summary>
    public IReadOnlySet<string> Weights => _weights;

    /// <summary>Names of the graph's outputs.</summary>
    public IReadOnlySet<string> Outputs => _outputs;

    /// <exception cref="InvalidDataException">The file is not an ONNX model.</exception>
    public static OnnxNodes Read(string path) => OnnxSummaryReader.WithBytes(path, Read);

    /// <param name="model">A ModelProto.</param>
    public static OnnxNodes Read(ReadOnlySpan<byte> model)
    {
        var nodes = new OnnxNodes();
        var r = new ProtoReader(model);
        while (r.Next())
        {
            if (r.Field == ModelGraph)
            {
                nodes.Graph(r.Bytes);
            }
        }

        return nodes;
    }

    void Graph(ReadOnlySpan<byte> graph)
    {
        var r = new ProtoReader(graph);
        while (r.Next())
        {
            switch (r.Field)
            {
                case GraphNodes:
                    _nodes.Add(OnnxValues.Node(r.Bytes, 0));
                    break;
                case GraphInitializers:
                    if (OnnxValues.Tensor(r.Bytes) is var (name, type) && IsFloat(type))
                    {
                        _weights.Add(name);
                    }

                    break;
                case GraphOutputs:
                    _outputs.Add(OnnxValues.Value(r.Bytes).Name);
                    break;
            }
        }
    }
}
