using System.Globalization;
using ProcessingJob.Contract.Wire;

namespace ProcessingJob.Models.Graphs;

/// <summary>
/// A graph as ONNX's ModelProto (IR 10) without its large weights, which are written as external data by name, into a file or not at all.
/// Field numbers: onnx.proto3 of ONNX 1.16.
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

    readonly ProtoWriter _graph = new ProtoWriter().Text(2, "encoder");
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
            node.Text(1, input);
        }

        foreach (var output in outputs)
        {
            node.Text(2, output);
        }

        node.Text(3, $"{operation}_{_nodes++}").Text(4, operation).Text(7, domain);
        foreach (var (name, value) in attributes)
        {
            node.Message(5, Attribute(name, value));
        }

        _graph.Message(1, node);
    }

    public void Input(GraphPort port)
    {
        _inputs.Add(port);
        _graph.Message(11, Value(port));
    }

    public void Output(GraphPort port)
    {
        _outputs.Add(port);
        _graph.Message(12, Value(port));
    }

    /// <summary>An initializer whose elements stand in the model.</summary>
    public void Constant(string name, ElementType type, IEnumerable<long> dimensions, ReadOnlySpan<byte> elements) =>
        _graph.Message(5, Tensor(name, type, dimensions).Bytes(9, elements));

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
        var tensors = _weights.Select(weight => Tensor(weight.Name, weight.Type, weight.Dimensions).Header(9, weight.Bytes)).ToArray();
        var headers = _weights.Select((weight, i) => new ProtoWriter().Header(5, tensors[i].Length + weight.Bytes)).ToArray();
        var length = _graph.Length + _weights.Select((weight, i) => headers[i].Length + tensors[i].Length + weight.Bytes).Sum();
        Model(null).Header(7, length).WriteTo(stream);
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
        var model = new ProtoWriter().Number(1, IrVersion).Text(2, "ProcessingJob");
        model.Message(8, new ProtoWriter().Text(1, "").Number(2, Opset));
        model.Message(8, new ProtoWriter().Text(1, GraphBuilder.Microsoft).Number(2, 1));
        return graph is null ? model : model.Message(7, graph);
    }

    byte[] GraphWith(Func<GraphWeight, ProtoWriter> write)
    {
        var graph = new ProtoWriter().Raw(_graph.ToArray());
        foreach (var weight in _weights)
        {
            graph.Message(5, write(weight));
        }

        return graph.ToArray();
    }

    static ProtoWriter External(GraphWeight weight, string location, long offset)
    {
        var tensor = Tensor(weight.Name, weight.Type, weight.Dimensions);
        foreach (var (key, value) in new[] { ("location", location), ("offset", Text(offset)), ("length", Text(weight.Bytes)) })
        {
            tensor.Message(13, new ProtoWriter().Text(1, key).Text(2, value));
        }

        return tensor.Number(14, 1);

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
            tensor.Number(1, dimension);
        }

        return tensor.Number(2, (long)type).Text(8, name);
    }

    static ProtoWriter Attribute(string name, object value)
    {
        const int floatKind = 1;
        const int intKind = 2;
        const int stringKind = 3;
        const int intsKind = 7;
        var attribute = new ProtoWriter().Text(1, name);
        switch (value)
        {
            case float real:
                return attribute.Single(2, real).Number(20, floatKind);
            case string text:
                return attribute.Text(4, text).Number(20, stringKind);
            case long[] numbers:
                foreach (var number in numbers)
                {
                    attribute.Number(8, number);
                }

                return attribute.Number(20, intsKind);
            default:
                return attribute.Number(3, (long)value).Number(20, intKind);
        }
    }

    static ProtoWriter Value(GraphPort port)
    {
        var shape = new ProtoWriter();
        foreach (var dimension in port.Dimensions)
        {
            shape.Message(
                1,
                long.TryParse(dimension, CultureInfo.InvariantCulture, out var number)
                    ? new ProtoWriter().Number(1, number)
                    : new ProtoWriter().Text(2, dimension)
            );
        }

        var tensor = new ProtoWriter().Number(1, (long)port.Type).Message(2, shape);
        return new ProtoWriter().Text(1, port.Name).Message(2, new ProtoWriter().Message(1, tensor));
    }
}
