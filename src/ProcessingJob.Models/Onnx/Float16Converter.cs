using ProcessingJob.Contract.Wire;
using static ProcessingJob.Models.Onnx.OnnxFields;

namespace ProcessingJob.Models.Onnx;

/// <summary>
/// Rewrites a float32 ONNX model to hold and compute float16. The graph's own inputs and outputs keep their types, behind Casts, so that
/// the file takes the place of the other anywhere.
/// </summary>
public sealed class Float16Converter
{
    readonly Float16Tensors _tensors;
    readonly HashSet<string> _initializers = [];
    readonly HashSet<string> _renamed = [];

    Float16Converter(Float16Tensors tensors) => _tensors = tensors;

    /// <param name="model">The ModelProto.</param>
    /// <param name="folder">Where its external data is, already checked; it is written into the model.</param>
    /// <exception cref="InvalidDataException">The model holds what cannot be converted.</exception>
    public static ProtoWriter Convert(ReadOnlySpan<byte> model, string folder) =>
        new Float16Converter(new Float16Tensors(folder)).Model(model);

    ProtoWriter Model(ReadOnlySpan<byte> message)
    {
        var written = new ProtoWriter();
        var r = new ProtoReader(message);
        while (r.Next())
        {
            if (r.Field == ModelGraph)
            {
                written.Message(ModelGraph, Graph(r.Bytes));
            }
            else if (r.Field == ModelFunctions)
            {
                throw new InvalidDataException("it has functions of its own, which are not converted");
            }
            else if (r.Field != ModelTraining)
            {
                written.Raw(r.Raw);
            }
        }

        return written;
    }

    ProtoWriter Graph(ReadOnlySpan<byte> message)
    {
        var (inputs, outputs) = Look(message);
        var written = new ProtoWriter();
        foreach (var input in inputs)
        {
            written.Message(GraphNodes, Cast(input, Inner(input), OnnxGraphWriter.Float16));
        }

        Graph(message, written, isMain: true);
        foreach (var output in outputs)
        {
            written.Message(GraphNodes, Cast(Inner(output), output, OnnxGraphWriter.Float));
        }

        return written;
    }

    void Graph(ReadOnlySpan<byte> message, ProtoWriter written, bool isMain)
    {
        var r = new ProtoReader(message);
        while (r.Next())
        {
            switch (r.Field)
            {
                case GraphNodes:
                    written.Message(GraphNodes, Node(r.Bytes));
                    break;
                case GraphInitializers:
                    written.Message(GraphInitializers, _tensors.Convert(r.Bytes));
                    break;
                case GraphInputs or GraphOutputs when !isMain:
                    written.Message(r.Field, Value(r.Bytes));
                    break;
                case GraphInputs when _initializers.Contains(OnnxValues.Value(r.Bytes).Name):
                    written.Message(GraphInputs, Value(r.Bytes));
                    break;
                // Types of the values between nodes: ONNX Runtime infers them.
                case GraphValues:
                    break;
                case GraphSparseInitializers:
                    throw new InvalidDataException("it has sparse weights, which are not converted");
                default:
                    written.Raw(r.Raw);
                    break;
            }
        }
    }

    /// <summary>Names of the float32 inputs and outputs; between the Casts they are called something else.</summary>
    (List<string> Inputs, List<string> Outputs) Look(ReadOnlySpan<byte> graph)
    {
        var (inputs, outputs) = (new List<GraphValue>(), new List<GraphValue>());
        var r = new ProtoReader(graph);
        while (r.Next())
        {
            if (r.Field == GraphInitializers)
            {
                _initializers.Add(Float16Tensors.NameOf(r.Bytes));
            }
            else if (r.Field == GraphInputs)
            {
                inputs.Add(OnnxValues.Value(r.Bytes));
            }
            else if (r.Field == GraphOutputs)
            {
                outputs.Add(OnnxValues.Value(r.Bytes));
            }
        }

        var result = (Names(inputs.Where(i => !_initializers.Contains(i.Name))), Names(outputs));
        _renamed.UnionWith(result.Item1);
        _renamed.UnionWith(result.Item2);
        return result;

        static List<string> Names(IEnumerable<GraphValue> values) =>
            [.. values.Where(v => v.ElementType == OnnxGraphWriter.Float).Select(v => v.Name)];
    }

    ProtoWriter Node(ReadOnlySpan<byte> message)
    {
        var (operation, hasValue) = ("", false);
        var look = new ProtoReader(message);
        while (look.Next())
        {
            if (look.Field == NodeOperation)
            {
                operation = look.Text;
            }

            hasValue |= look.Field == NodeAttributes;
        }

        var written = new ProtoWriter();
        var r = new ProtoReader(message);
        while (r.Next())
        {
            if (r.Field is NodeInputs or NodeOutputs && _renamed.Contains(r.Text))
            {
                written.Text(r.Field, Inner(r.Text));
            }
            else if (r.Field == NodeAttributes)
            {
                written.Message(NodeAttributes, Attribute(r.Bytes, operation));
            }
            else
            {
                written.Raw(r.Raw);
            }
        }

        // Its default is a float32 zero.
        if (operation == "ConstantOfShape" && !hasValue)
        {
            written.Message(NodeAttributes, Float16Tensors.Attribute([0f], [1]));
        }

        return written;
    }

    ProtoWriter Attribute(ReadOnlySpan<byte> message, string operation)
    {
        var name = "";
        var look = new ProtoReader(message);
        while (look.Next())
        {
            if (look.Field == AttributeName)
            {
                name = look.Text;
            }
        }

        if (operation == "Constant" && name is "value_float" or "value_floats")
        {
            var values = Float16Tensors.Floats(message, name == "value_float" ? AttributeFloat : AttributeFloats);
            return Float16Tensors.Attribute(values, name == "value_float" ? [] : [values.Length]);
        }

        var written = new ProtoWriter();
        var r = new ProtoReader(message);
        while (r.Next())
        {
            if (r.Field is AttributeTensor or AttributeTensors)
            {
                written.Message(r.Field, _tensors.Convert(r.Bytes));
            }
            else if (r.Field is AttributeGraph or AttributeGraphs)
            {
                var graph = new ProtoWriter();
                Graph(r.Bytes, graph, isMain: false);
                written.Message(r.Field, graph);
            }
            else if (r.Field == AttributeInteger && operation == "Cast" && name == "to" && r.Number == OnnxGraphWriter.Float)
            {
                written.Number(AttributeInteger, OnnxGraphWriter.Float16);
            }
            else
            {
                written.Raw(r.Raw);
            }
        }

        return written;
    }

    static ProtoWriter Value(ReadOnlySpan<byte> value) =>
        Replace(value, ValueKind, type => Replace(type, TypeOfTensor, ReplaceElementType));

    static ProtoWriter ReplaceElementType(ReadOnlySpan<byte> tensor)
    {
        var written = new ProtoWriter();
        var r = new ProtoReader(tensor);
        while (r.Next())
        {
            if (r.Field == TensorTypeElement && r.Number == OnnxGraphWriter.Float)
            {
                written.Number(TensorTypeElement, OnnxGraphWriter.Float16);
            }
            else
            {
                written.Raw(r.Raw);
            }
        }

        return written;
    }

    delegate ProtoWriter Rewrite(ReadOnlySpan<byte> message);

    static ProtoWriter Replace(ReadOnlySpan<byte> message, int field, Rewrite rewrite)
    {
        var written = new ProtoWriter();
        var r = new ProtoReader(message);
        while (r.Next())
        {
            if (r.Field == field)
            {
                written.Message(field, rewrite(r.Bytes));
            }
            else
            {
                written.Raw(r.Raw);
            }
        }

        return written;
    }

    static ProtoWriter Cast(string from, string to, int elementType) =>
        new ProtoWriter()
            .Text(NodeInputs, from)
            .Text(NodeOutputs, to)
            .Text(NodeOperation, "Cast")
            .Message(
                NodeAttributes,
                new ProtoWriter().Text(AttributeName, "to").Number(AttributeInteger, elementType).Number(AttributeType, TypeInteger)
            );

    static string Inner(string name) => name + "_float16";
}
