using System.Runtime.InteropServices;
using ProcessingJob.Contract.Wire;

namespace ProcessingJob.EndToEnd.Tests;

/// <summary>
/// Writes a float32 .onnx file anew with products of integers, as ONNX Runtime's <c>quantize_dynamic</c> does: weights of 8 bits with one
/// scale a matrix, activations quantized at run time (onnxruntime.ai/docs/performance/model-optimizations/quantization.html).
/// Field numbers: github.com/onnx/onnx/blob/v1.16.0/onnx/onnx.proto3.
/// </summary>
static class QuantizedModel
{
    const int ModelGraph = 7,
        GraphNodes = 1,
        GraphInitializers = 5;
    const int ElementFloat = 1,
        ElementInt8 = 3;

    public static void Write(string source, string target)
    {
        var written = new ProtoWriter();
        var model = new ProtoReader(File.ReadAllBytes(source));
        while (model.Next())
        {
            if (model.Field == ModelGraph)
            {
                written.Message(ModelGraph, Graph(model.Bytes));
            }
            else
            {
                written.Raw(model.Raw);
            }
        }

        using var file = File.Create(target);
        written.WriteTo(file);
    }

    static ProtoWriter Graph(ReadOnlySpan<byte> graph)
    {
        var products = Products(graph);
        var written = new ProtoWriter();
        var quantized = 0;
        var fields = new ProtoReader(graph);
        while (fields.Next())
        {
            if (fields.Field == GraphNodes && Node(fields.Bytes) is { Operation: "MatMul" } node && products.Contains(node.Inputs[1]))
            {
                foreach (var one in Integers(node))
                {
                    written.Message(GraphNodes, one);
                }

                quantized++;
            }
            else if (fields.Field == GraphInitializers && Tensor(fields.Bytes) is { } tensor && products.Contains(tensor.Name))
            {
                var (codes, scale) = Codes(tensor);
                written.Message(GraphInitializers, codes).Message(GraphInitializers, scale);
            }
            else
            {
                written.Raw(fields.Raw);
            }
        }

        Assert.True(quantized > 0, "the graph has no product with a constant matrix");
        return written;
    }

    /// <summary>Names of the float matrices that products multiply by.</summary>
    static HashSet<string> Products(ReadOnlySpan<byte> graph)
    {
        var (matrices, factors) = (new HashSet<string>(), new HashSet<string>());
        var fields = new ProtoReader(graph);
        while (fields.Next())
        {
            if (fields.Field == GraphInitializers && Tensor(fields.Bytes) is { Dimensions.Count: 2, ElementType: ElementFloat } tensor)
            {
                matrices.Add(tensor.Name);
            }
            else if (fields.Field == GraphNodes && Node(fields.Bytes) is { Operation: "MatMul" } node)
            {
                factors.Add(node.Inputs[1]);
            }
        }

        matrices.IntersectWith(factors);
        return matrices;
    }

    static IEnumerable<ProtoWriter> Integers((string Operation, List<string> Inputs, string Output) node)
    {
        var (x, w, y) = (node.Inputs[0], node.Inputs[1], node.Output);
        yield return Node("DynamicQuantizeLinear", [x], [$"{y}_x", $"{y}_x_scale", $"{y}_x_zero"]);
        yield return Node("MatMulInteger", [$"{y}_x", w, $"{y}_x_zero"], [$"{y}_sum"]);
        var to = new ProtoWriter().Text(1, "to").Number(3, ElementFloat).Number(20, 2);
        yield return Node("Cast", [$"{y}_sum"], [$"{y}_float"]).Message(5, to);
        yield return Node("Mul", [$"{y}_x_scale", $"{w}_scale"], [$"{y}_scale"]);
        yield return Node("Mul", [$"{y}_float", $"{y}_scale"], [y]);
    }

    static (ProtoWriter Codes, ProtoWriter Scale) Codes((string Name, List<long> Dimensions, int ElementType, byte[] Raw) tensor)
    {
        var values = MemoryMarshal.Cast<byte, float>(tensor.Raw);
        var most = 0f;
        foreach (var value in values)
        {
            most = Math.Max(most, Math.Abs(value));
        }

        var scale = most / 127;
        var codes = new byte[values.Length];
        for (var i = 0; i < codes.Length; i++)
        {
            codes[i] = (byte)(sbyte)MathF.Round(values[i] / scale);
        }

        var matrix = new ProtoWriter();
        foreach (var dimension in tensor.Dimensions)
        {
            matrix.Number(1, dimension);
        }

        return (
            matrix.Number(2, ElementInt8).Text(8, tensor.Name).Bytes(9, codes),
            new ProtoWriter().Number(2, ElementFloat).Text(8, $"{tensor.Name}_scale").Bytes(9, BitConverter.GetBytes(scale))
        );
    }

    static ProtoWriter Node(string operation, string[] inputs, string[] outputs)
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

        return node.Text(3, $"{outputs[0]}_{operation}").Text(4, operation);
    }

    static (string Operation, List<string> Inputs, string Output) Node(ReadOnlySpan<byte> message)
    {
        var (operation, inputs, output) = ("", new List<string>(), "");
        var fields = new ProtoReader(message);
        while (fields.Next())
        {
            switch (fields.Field)
            {
                case 1:
                    inputs.Add(fields.Text);
                    break;
                case 2:
                    output = fields.Text;
                    break;
                case 4:
                    operation = fields.Text;
                    break;
            }
        }

        return (operation, inputs, output);
    }

    /// <summary>Null: the values are not in the file, or not as bytes.</summary>
    static (string Name, List<long> Dimensions, int ElementType, byte[] Raw)? Tensor(ReadOnlySpan<byte> message)
    {
        var (name, dimensions, type, raw) = ("", new List<long>(), 0, (byte[]?)null);
        var fields = new ProtoReader(message);
        while (fields.Next())
        {
            switch (fields.Field)
            {
                case 1:
                    fields.AddNumbersTo(dimensions);
                    break;
                case 2:
                    type = (int)fields.Number;
                    break;
                case 8:
                    name = fields.Text;
                    break;
                case 9:
                    raw = fields.Bytes.ToArray();
                    break;
            }
        }

        return raw is null ? null : (name, dimensions, type, raw);
    }
}
