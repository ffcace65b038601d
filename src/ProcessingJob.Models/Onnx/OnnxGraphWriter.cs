using System.Buffers.Binary;
using ProcessingJob.Contract.Wire;

namespace ProcessingJob.Models.Onnx;

/// <summary>Writes a small ONNX model (IR 8, opset 17). Field numbers: onnx.proto3 of ONNX 1.16.</summary>
public sealed class OnnxGraphWriter
{
    public const int Float = 1;
    public const int Int32 = 6;
    public const int Int64 = 7;
    public const int Float16 = 10;

    readonly ProtoWriter _graph = new ProtoWriter().Text(2, "graph");

    /// <param name="dimensions">Numbers, or names of symbolic dimensions.</param>
    public OnnxGraphWriter Input(string name, int elementType, params object[] dimensions)
    {
        _graph.Message(11, Value(name, elementType, dimensions));
        return this;
    }

    public OnnxGraphWriter Output(string name, int elementType, params object[] dimensions)
    {
        _graph.Message(12, Value(name, elementType, dimensions));
        return this;
    }

    public OnnxGraphWriter Node(string operation, string[] inputs, string[] outputs, params (string Name, object Value)[] attributes)
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

        node.Text(4, operation);
        foreach (var (name, value) in attributes)
        {
            var attribute = new ProtoWriter().Text(1, name);
            if (value is long[] numbers)
            {
                foreach (var number in numbers)
                {
                    attribute.Number(8, number);
                }

                attribute.Number(20, 7);
            }
            else
            {
                attribute.Number(3, Convert.ToInt64(value)).Number(20, 2);
            }

            node.Message(5, attribute);
        }

        _graph.Message(1, node);
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
            .Number(1, 8)
            .Text(2, "ProcessingJob")
            .Message(7, _graph)
            .Message(8, new ProtoWriter().Text(1, "").Number(2, 17))
            .ToArray();

    OnnxGraphWriter Constant(string name, int elementType, long[] shape, byte[] data)
    {
        var tensor = new ProtoWriter();
        foreach (var dimension in shape)
        {
            tensor.Number(1, dimension);
        }

        _graph.Message(5, tensor.Number(2, elementType).Text(8, name).Bytes(9, data));
        return this;
    }

    static ProtoWriter Value(string name, int elementType, object[] dimensions)
    {
        var shape = new ProtoWriter();
        foreach (var dimension in dimensions)
        {
            shape.Message(
                1,
                dimension is string symbol ? new ProtoWriter().Text(2, symbol) : new ProtoWriter().Number(1, Convert.ToInt64(dimension))
            );
        }

        var tensor = new ProtoWriter().Number(1, elementType).Message(2, shape);
        return new ProtoWriter().Text(1, name).Message(2, new ProtoWriter().Message(1, tensor));
    }
}
