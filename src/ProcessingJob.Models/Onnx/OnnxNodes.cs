using ProcessingJob.Contract.Wire;
using static ProcessingJob.Models.Onnx.OnnxFields;

namespace ProcessingJob.Models.Onnx;

/// <summary>A node of a graph.</summary>
/// <param name="Name">As in the file; "" where it has none.</param>
/// <param name="Operation">Its operator.</param>
/// <param name="Inputs">Names of its inputs.</param>
public sealed record OnnxNode(string Name, string Operation, IReadOnlyList<string> Inputs);

/// <summary>The nodes of a model's main graph, and which of their inputs are weights.</summary>
public sealed class OnnxNodes
{
    const int NodeName = 3;

    readonly List<OnnxNode> _nodes = [];
    readonly HashSet<string> _weights = new(StringComparer.Ordinal);

    public IReadOnlyList<OnnxNode> All => _nodes;

    /// <summary>Names of the initializers of floating-point numbers: those of integers are indexes and shapes.</summary>
    public IReadOnlySet<string> Weights => _weights;

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
            if (r.Field == GraphNodes)
            {
                Node(r.Bytes);
            }
            else if (r.Field == GraphInitializers)
            {
                OnnxValues.AddWeight(r.Bytes, _weights);
            }
        }
    }

    void Node(ReadOnlySpan<byte> node)
    {
        var (name, operation, inputs) = ("", "", new List<string>());
        var r = new ProtoReader(node);
        while (r.Next())
        {
            switch (r.Field)
            {
                case NodeName:
                    name = r.Text;
                    break;
                case NodeOperation:
                    operation = r.Text;
                    break;
                case NodeInputs:
                    inputs.Add(r.Text);
                    break;
            }
        }

        _nodes.Add(new OnnxNode(name, operation, inputs));
    }
}
