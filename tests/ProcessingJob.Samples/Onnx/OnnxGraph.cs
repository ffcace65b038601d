using System.Runtime.InteropServices;

namespace ProcessingJob.Samples.Onnx;

/// <summary>ONNX element types, numbered as TensorProto.DataType.</summary>
enum ElementType
{
    Float = 1,
    Int32 = 6,
    Int64 = 7,
    Bool = 9,
}

/// <summary>A graph being built: each method returns the name of the value it made.</summary>
sealed class OnnxGraph(string name)
{
    readonly List<ProtoWriter> _nodes = [];
    readonly List<ProtoWriter> _inputs = [];
    readonly List<ProtoWriter> _outputs = [];
    readonly Dictionary<string, OnnxTensor> _initializers = new(StringComparer.Ordinal);

    public string Name => name;

    public IReadOnlyList<ProtoWriter> Nodes => _nodes;

    public IReadOnlyList<ProtoWriter> Inputs => _inputs;

    public IReadOnlyList<ProtoWriter> Outputs => _outputs;

    public IEnumerable<OnnxTensor> Initializers => _initializers.Values;

    /// <summary>Declares an input; dimensions are names (dynamic) or numbers.</summary>
    public string Input(string value, ElementType type, params string[] dimensions)
    {
        _inputs.Add(ValueInfo(value, type, dimensions));
        return value;
    }

    /// <summary>Declares an output: the float value of that name, which a node makes.</summary>
    public void Output(string value, params string[] dimensions) => _outputs.Add(ValueInfo(value, ElementType.Float, dimensions));

    /// <summary>Adds a node with one output, called <paramref name="output"/> or after the node.</summary>
    public string Node(string operation, string node, string[] from, OnnxAttribute[]? attributes = null, string? output = null)
    {
        var made = output ?? node + "_output_0";
        Node(operation, node, from, [made], attributes ?? []);
        return made;
    }

    /// <summary>Adds a node with two outputs.</summary>
    public (string First, string Second) SplitNode(string node, string[] from, OnnxAttribute[] attributes)
    {
        string[] made = [node + "_output_0", node + "_output_1"];
        Node("Split", node, from, made, attributes);
        return (made[0], made[1]);
    }

    void Node(string operation, string node, string[] from, string[] made, OnnxAttribute[] attributes)
    {
        var message = new ProtoWriter();
        foreach (var value in from)
        {
            message.Text(1, value);
        }

        foreach (var value in made)
        {
            message.Text(2, value);
        }

        message.Text(3, node).Text(4, operation);
        foreach (var attribute in attributes)
        {
            message.Message(5, attribute.Message);
        }

        _nodes.Add(message);
    }

    /// <summary>Adds random weights.</summary>
    public string Weight(string tensor, long[] dimensions, WeightSource weights) => Add(OnnxTensor.Random(tensor, dimensions, weights));

    /// <summary>A float scalar.</summary>
    public string Scalar(string tensor, float value) =>
        Add(OnnxTensor.Constant(tensor, ElementType.Float, [], MemoryMarshal.AsBytes<float>([value]).ToArray()));

    /// <summary>An int64 vector.</summary>
    public string Vector(string tensor, params long[] values) => Integers(tensor, [values.Length], values);

    /// <summary>An int64 tensor of any shape; no dimensions make a scalar.</summary>
    public string Integers(string tensor, long[] dimensions, params long[] values) =>
        Add(OnnxTensor.Constant(tensor, ElementType.Int64, dimensions, MemoryMarshal.AsBytes<long>(values).ToArray()));

    string Add(OnnxTensor tensor)
    {
        _initializers.TryAdd(tensor.Name, tensor);
        return tensor.Name;
    }

    static ProtoWriter ValueInfo(string value, ElementType type, string[] dimensions)
    {
        var shape = new ProtoWriter();
        foreach (var dimension in dimensions)
        {
            shape.Message(
                1,
                long.TryParse(dimension, out var size) ? new ProtoWriter().Integer(1, size) : new ProtoWriter().Text(2, dimension)
            );
        }

        var tensor = new ProtoWriter().Integer(1, (int)type).Message(2, shape);
        return new ProtoWriter().Text(1, value).Message(2, new ProtoWriter().Message(1, tensor));
    }
}
