using ProcessingJob.Contract.Wire;
using static ProcessingJob.Models.Onnx.OnnxFields;

namespace ProcessingJob.Models.Onnx;

/// <summary>Reads the small messages of a ModelProto.</summary>
static class OnnxValues
{
    /// <summary>A NodeProto without its attributes.</summary>
    public static OnnxNode Node(ReadOnlySpan<byte> message, int elementType)
    {
        var (name, operation, domain) = ("", "", "");
        List<string> inputs = [];
        List<string> outputs = [];
        var r = new ProtoReader(message);
        while (r.Next())
        {
            switch (r.Field)
            {
                case NodeInputs:
                    inputs.Add(r.Text);
                    break;
                case NodeOutputs:
                    outputs.Add(r.Text);
                    break;
                case NodeName:
                    name = r.Text;
                    break;
                case NodeOperation:
                    operation = r.Text;
                    break;
                case NodeDomain:
                    domain = r.Text;
                    break;
            }
        }

        return new OnnxNode(name, operation, domain, inputs, outputs, elementType);
    }

    /// <summary>A TensorProto without its values.</summary>
    public static (string Name, int ElementType) Tensor(ReadOnlySpan<byte> message)
    {
        var (name, type) = ("", 0);
        var r = new ProtoReader(message);
        while (r.Next())
        {
            if (r.Field == TensorName)
            {
                name = r.Text;
            }
            else if (r.Field == TensorElementType)
            {
                type = (int)r.Number;
            }
        }

        return (name, type);
    }

    /// <summary>A StringStringEntryProto.</summary>
    public static (string Key, string Value) Entry(ReadOnlySpan<byte> message)
    {
        var (key, value) = ("", "");
        var r = new ProtoReader(message);
        while (r.Next())
        {
            if (r.Field == EntryKey)
            {
                key = r.Text;
            }
            else if (r.Field == EntryValue)
            {
                value = r.Text;
            }
        }

        return (key, value);
    }

    /// <summary>A ValueInfoProto.</summary>
    public static GraphValue Value(ReadOnlySpan<byte> message)
    {
        var (name, elementType) = ("", 0);
        var dimensions = new List<long>();
        var r = new ProtoReader(message);
        while (r.Next())
        {
            if (r.Field == ValueName)
            {
                name = r.Text;
            }
            else if (r.Field == ValueKind)
            {
                TensorType(r.Bytes, ref elementType, dimensions);
            }
        }

        return new GraphValue(name, elementType, [.. dimensions]);
    }

    static void TensorType(ReadOnlySpan<byte> type, ref int elementType, List<long> dimensions)
    {
        var r = new ProtoReader(type);
        while (r.Next())
        {
            if (r.Field != TypeOfTensor)
            {
                continue;
            }

            var tensor = new ProtoReader(r.Bytes);
            while (tensor.Next())
            {
                if (tensor.Field == TensorTypeElement)
                {
                    elementType = (int)tensor.Number;
                }
                else if (tensor.Field == TensorTypeShape)
                {
                    Shape(tensor.Bytes, dimensions);
                }
            }
        }
    }

    static void Shape(ReadOnlySpan<byte> shape, List<long> dimensions)
    {
        var r = new ProtoReader(shape);
        while (r.Next())
        {
            if (r.Field != ShapeDimensions)
            {
                continue;
            }

            var value = -1L;
            var dimension = new ProtoReader(r.Bytes);
            while (dimension.Next())
            {
                if (dimension.Field == DimensionValue)
                {
                    value = dimension.Number;
                }
            }

            dimensions.Add(value);
        }
    }
}
