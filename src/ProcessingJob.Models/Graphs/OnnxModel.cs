using System.Globalization;
using ProcessingJob.Contract.Wire;
using static ProcessingJob.Models.Onnx.OnnxFields;

namespace ProcessingJob.Models.Graphs;

/// <summary>
/// A graph as ONNX's ModelProto (IR 10) without its large weights, which are written as external data by name, into a file or not at all.
/// </summary>
sealed class OnnxModel
{
    const int IrVersion = 10;

    /// <summary>
    /// External data must name something that is there, though nothing is read where the session is given the weights: a model in bytes
    /// is looked up from the working directory, which is this.
    /// </summary>
    const string NoFile = ".";

    const long ExternalAlignment = 4096;

    readonly ProtoWriter _graph = new ProtoWriter().Text(GraphName, "encoder");
    readonly List<GraphWeight> _weights = [];
    readonly List<GraphPort> _inputs = [];
    readonly List<GraphPort> _outputs = [];
    int _nodes;

    public IReadOnlyList<GraphWeight> Weights => _weights;

    public IReadOnlyList<GraphPort> Inputs => _inputs;

    public IReadOnlyList<GraphPort> Outputs => _outputs;

    public int Opset { get; init; } = 20;

    /// <param name="outputs">Names; "" for an optional output that is not wanted.</param>
    /// <param name="attributes">long, float, string or long[] values.</param>
    public void Node(
        string operation,
        string domain,
        IEnumerable<string> inputs,
        IEnumerable<string> outputs,
        params ReadOnlySpan<(string Name, object Value)> attributes
    )
    {
        var node = new ProtoWriter();
        foreach (var input in inputs)
        {
            node.Text(NodeInputs, input);
        }

        foreach (var output in outputs)
        {
            node.Text(NodeOutputs, output);
        }

        node.Text(NodeName, $"{operation}_{_nodes++}").Text(NodeOperation, operation).Text(NodeDomain, domain);
        foreach (var (name, value) in attributes)
        {
            node.Message(NodeAttributes, Attribute(name, value));
        }

        _graph.Message(GraphNodes, node);
    }

    public void Input(GraphPort port)
    {
        _inputs.Add(port);
        _graph.Message(GraphInputs, Value(port));
    }

    public void Output(GraphPort port)
    {
        _outputs.Add(port);
        _graph.Message(GraphOutputs, Value(port));
    }

    /// <summary>An initializer whose elements stand in the model.</summary>
    public void Constant(string name, ElementType type, IEnumerable<long> dimensions, ReadOnlySpan<byte> elements) =>
        _graph.Message(GraphInitializers, Tensor(name, type, dimensions).Bytes(TensorRaw, elements));

    public void Weight(GraphWeight weight) => _weights.Add(weight);

    /// <summary>The model with its weights by name only: to be handed to the session by their names.</summary>
    public byte[] ToBytes() => Model(new ProtoWriter().Raw(GraphWith(weight => External(weight, NoFile, 0)))).ToArray();

    /// <summary>A file with all its weights; beyond so many bytes they stand in <c>{path}.data</c>.</summary>
    public void Save(string path, long largestInline)
    {
        using var stream = File.Create(path);
        if (_weights.Sum(weight => weight.Bytes) <= largestInline)
        {
            SaveInline(stream);
            return;
        }

        var data = path + ".data";
        using var dataStream = File.Create(data);
        Model(
                new ProtoWriter().Raw(
                    GraphWith(weight =>
                    {
                        dataStream.SetLength((dataStream.Length + ExternalAlignment - 1) / ExternalAlignment * ExternalAlignment);
                        dataStream.Position = dataStream.Length;
                        var offset = dataStream.Position;
                        Copy(weight, dataStream);
                        return External(weight, Path.GetFileName(data), offset);
                    })
                )
            )
            .WriteTo(stream);
    }

    void SaveInline(FileStream stream)
    {
        var tensors = _weights
            .Select(weight => Tensor(weight.Name, weight.Type, weight.Dimensions).Header(TensorRaw, weight.Bytes))
            .ToArray();
        var headers = _weights
            .Select((weight, i) => new ProtoWriter().Header(GraphInitializers, tensors[i].Length + weight.Bytes))
            .ToArray();
        var length = _graph.Length + _weights.Select((weight, i) => headers[i].Length + tensors[i].Length + weight.Bytes).Sum();
        Model(null).Header(ModelGraph, length).WriteTo(stream);
        _graph.WriteTo(stream);
        foreach (var (i, weight) in _weights.Index())
        {
            headers[i].WriteTo(stream);
            tensors[i].WriteTo(stream);
            Copy(weight, stream);
        }
    }

    ProtoWriter Model(ProtoWriter? graph)
    {
        var model = new ProtoWriter().Number(ModelIrVersion, IrVersion).Text(ModelProducer, "ProcessingJob");
        model.Message(ModelOpsets, new ProtoWriter().Text(OpsetDomain, "").Number(OpsetVersion, Opset));
        model.Message(ModelOpsets, new ProtoWriter().Text(OpsetDomain, GraphBuilder.Microsoft).Number(OpsetVersion, 1));
        return graph is null ? model : model.Message(ModelGraph, graph);
    }

    byte[] GraphWith(Func<GraphWeight, ProtoWriter> write)
    {
        var graph = new ProtoWriter().Raw(_graph.ToArray());
        foreach (var weight in _weights)
        {
            graph.Message(GraphInitializers, write(weight));
        }

        return graph.ToArray();
    }

    static ProtoWriter External(GraphWeight weight, string location, long offset)
    {
        var tensor = Tensor(weight.Name, weight.Type, weight.Dimensions);
        foreach (var (key, value) in new[] { ("location", location), ("offset", Text(offset)), ("length", Text(weight.Bytes)) })
        {
            tensor.Message(TensorExternal, new ProtoWriter().Text(EntryKey, key).Text(EntryValue, value));
        }

        return tensor.Number(TensorLocation, LocationExternal);

        static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
    }

    static unsafe void Copy(GraphWeight weight, Stream stream)
    {
        const int most = 1 << 30;
        for (long at = 0; at < weight.Bytes; at += most)
        {
            stream.Write(new ReadOnlySpan<byte>((byte*)weight.Address + at, (int)Math.Min(most, weight.Bytes - at)));
        }
    }

    static ProtoWriter Tensor(string name, ElementType type, IEnumerable<long> dimensions)
    {
        var tensor = new ProtoWriter();
        foreach (var dimension in dimensions)
        {
            tensor.Number(TensorDimensions, dimension);
        }

        return tensor.Number(TensorElementType, (long)type).Text(TensorName, name);
    }

    static ProtoWriter Attribute(string name, object value)
    {
        var attribute = new ProtoWriter().Text(AttributeName, name);
        switch (value)
        {
            case float real:
                return attribute.Single(AttributeFloat, real).Number(AttributeType, TypeFloat);
            case string text:
                return attribute.Text(AttributeString, text).Number(AttributeType, TypeString);
            case long[] numbers:
                foreach (var number in numbers)
                {
                    attribute.Number(AttributeIntegers, number);
                }

                return attribute.Number(AttributeType, TypeIntegers);
            default:
                return attribute.Number(AttributeInteger, (long)value).Number(AttributeType, TypeInteger);
        }
    }

    static ProtoWriter Value(GraphPort port)
    {
        var shape = new ProtoWriter();
        foreach (var dimension in port.Dimensions)
        {
            shape.Message(
                ShapeDimensions,
                long.TryParse(dimension, CultureInfo.InvariantCulture, out var number)
                    ? new ProtoWriter().Number(DimensionValue, number)
                    : new ProtoWriter().Text(DimensionSymbol, dimension)
            );
        }

        var tensor = new ProtoWriter().Number(TensorTypeElement, (long)port.Type).Message(TensorTypeShape, shape);
        return new ProtoWriter().Text(ValueName, port.Name).Message(ValueKind, new ProtoWriter().Message(TypeOfTensor, tensor));
    }
}
