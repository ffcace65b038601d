using System.Buffers.Binary;
using ProcessingJob.Contract.Wire;
using static ProcessingJob.Models.Onnx.OnnxFields;

namespace ProcessingJob.Models.Onnx;

/// <summary>Writes a small ONNX model (IR 8, opset 17).</summary>
public sealed class OnnxGraphWriter
{
    public const int Float = 1;
    public const int Int32 = 6;
    public const int Int64 = 7;
    public const int Float16 = 10;

    readonly ProtoWriter _graph = new ProtoWriter().Text(GraphName, "graph");

    /// <param name="dimensions">Numbers, or names of symbolic dimensions.</param>
    public OnnxGraphWriter Input(string name, int elementType, params object[] dimensions)
    {
        _graph.Message(GraphInputs, Value(name, elementType, dimensions));
        return this;
    }

    public OnnxGraphWriter Output(string name, int elementType, params object[] dimensions)
    {
        _graph.Message(GraphOutputs, Value(name, elementType, dimensions));
        return this;
    }

    public OnnxGraphWriter Node(string operation, string[] inputs, string[] outputs, params (string Name, object Value)[] attributes)
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

        node.Text(NodeOperation, operation);
        foreach (var (name, value) in attributes)
        {
            var attribute = new ProtoWriter().Text(AttributeName, name);
            if (value is long[] numbers)
            {
                foreach (var number in numbers)
                {
                    attribute.Number(AttributeIntegers, number);
                }

                attribute.Number(AttributeType, TypeIntegers);
            }
            else
            {
                attribute.Number(AttributeInteger, Convert.ToInt64(value)).Number(AttributeType, TypeInteger);
            }

            node.Message(NodeAttributes, attribute);
        }

        _graph.Message(GraphNodes, node);
        return this;
    }

    public OnnxGraphWriter Constant(string name, long[] shape, ReadOnlySpan<float> values)
    {
        var data = new byte[values.Length * 4];
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(data.AsSpan(i * 4), values[i]);
        }

        return Constant(name, Float, shape, data);
    }

    public OnnxGraphWriter Constant(string name, long[] shape, ReadOnlySpan<long> values)
    {
        var data = new byte[values.Length * 8];
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(data.AsSpan(i * 8), values[i]);
        }

        return Constant(name, Int64, shape, data);
    }

    public byte[] ToModel() =>
        new ProtoWriter()
            .Number(ModelIrVersion, 8)
            .Text(ModelProducer, "ProcessingJob")
            .Message(ModelGraph, _graph)
            .Message(ModelOpsets, new ProtoWriter().Text(OpsetDomain, "").Number(OpsetVersion, 17))
            .ToArray();

    OnnxGraphWriter Constant(string name, int elementType, long[] shape, byte[] data)
    {
        var tensor = new ProtoWriter();
        foreach (var dimension in shape)
        {
            tensor.Number(TensorDimensions, dimension);
        }

        _graph.Message(GraphInitializers, tensor.Number(TensorElementType, elementType).Text(TensorName, name).Bytes(TensorRaw, data));
        return this;
    }

    static ProtoWriter Value(string name, int elementType, object[] dimensions)
    {
        var shape = new ProtoWriter();
        foreach (var dimension in dimensions)
        {
            shape.Message(
                ShapeDimensions,
                dimension is string symbol
                    ? new ProtoWriter().Text(DimensionSymbol, symbol)
                    : new ProtoWriter().Number(DimensionValue, Convert.ToInt64(dimension))
            );
        }

        var tensor = new ProtoWriter().Number(TensorTypeElement, elementType).Message(TensorTypeShape, shape);
        return new ProtoWriter().Text(ValueName, name).Message(ValueKind, new ProtoWriter().Message(TypeOfTensor, tensor));
    }
}
