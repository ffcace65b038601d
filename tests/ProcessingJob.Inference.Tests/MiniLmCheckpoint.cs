using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using ProcessingJob.Contract.Wire;

namespace ProcessingJob.Inference.Tests;

/// <summary>
/// Writes the weights of an exported BERT as model.safetensors: the export names what it adds and looks up, and the matrices, which it
/// stores transposed under numbers, are known by the bias that is added to their product.
/// </summary>
static class MiniLmCheckpoint
{
    const int ModelGraph = 7;
    const int GraphNodes = 1;
    const int GraphInitializers = 5;
    const int NodeInputs = 1;
    const int NodeOutputs = 2;
    const int NodeOperation = 4;
    const int TensorDimensions = 1;
    const int TensorType = 2;
    const int TensorName = 8;
    const int TensorRaw = 9;

    public static void Write(string onnx, string safetensors)
    {
        var weights = new Dictionary<string, (long[] Shape, float[] Values)>();
        var nodes = new List<(string Operation, string[] Inputs, string Output)>();
        Read(File.ReadAllBytes(onnx), weights, nodes);
        var named = weights.Where(w => w.Key.EndsWith(".weight") || w.Key.EndsWith(".bias")).ToDictionary();
        foreach (var product in nodes.Where(n => n.Operation == "MatMul" && weights.ContainsKey(n.Inputs[1])))
        {
            var sum = nodes.Single(n => n.Operation == "Add" && n.Inputs.Contains(product.Output));
            var bias = sum.Inputs.Single(i => i.EndsWith(".bias"));
            var (shape, values) = weights[product.Inputs[1]];
            named[bias[..^".bias".Length] + ".weight"] = ([shape[1], shape[0]], Transposed(values, (int)shape[0], (int)shape[1]));
        }

        Write(safetensors, named);
    }

    static void Read(
        byte[] model,
        Dictionary<string, (long[] Shape, float[] Values)> weights,
        List<(string Operation, string[] Inputs, string Output)> nodes
    )
    {
        var m = new ProtoReader(model);
        while (m.Next())
        {
            if (m.Field != ModelGraph)
            {
                continue;
            }

            var g = new ProtoReader(m.Bytes);
            while (g.Next())
            {
                if (g.Field == GraphNodes)
                {
                    nodes.Add(Node(g.Bytes));
                }
                else if (g.Field == GraphInitializers)
                {
                    AddTensor(g.Bytes, weights);
                }
            }
        }
    }

    static (string, string[], string) Node(ReadOnlySpan<byte> node)
    {
        var (operation, output, inputs) = ("", "", new List<string>());
        var n = new ProtoReader(node);
        while (n.Next())
        {
            switch (n.Field)
            {
                case NodeInputs:
                    inputs.Add(n.Text);
                    break;
                case NodeOutputs:
                    output = n.Text;
                    break;
                case NodeOperation:
                    operation = n.Text;
                    break;
            }
        }

        return (operation, [.. inputs], output);
    }

    static void AddTensor(ReadOnlySpan<byte> tensor, Dictionary<string, (long[], float[])> weights)
    {
        var (name, type, shape, values) = ("", 0L, new List<long>(), Array.Empty<float>());
        var t = new ProtoReader(tensor);
        while (t.Next())
        {
            switch (t.Field)
            {
                case TensorDimensions:
                    t.AddNumbersTo(shape);
                    break;
                case TensorType:
                    type = t.Number;
                    break;
                case TensorName:
                    name = t.Text;
                    break;
                case TensorRaw when type is 0 or 1:
                    values = MemoryMarshal.Cast<byte, float>(t.Bytes).ToArray();
                    break;
            }
        }

        if (type == 1)
        {
            weights[name] = ([.. shape], values);
        }
    }

    static float[] Transposed(float[] values, int rows, int columns)
    {
        var result = new float[values.Length];
        for (var r = 0; r < rows; r++)
        {
            for (var c = 0; c < columns; c++)
            {
                result[c * rows + r] = values[r * columns + c];
            }
        }

        return result;
    }

    static void Write(string path, Dictionary<string, (long[] Shape, float[] Values)> tensors)
    {
        var at = 0L;
        var header = new Dictionary<string, object>();
        foreach (var (name, (shape, values)) in tensors)
        {
            header[name] = new
            {
                dtype = "F32",
                shape,
                data_offsets = new[] { at, at += values.Length * 4 },
            };
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(header);
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        using var file = File.Create(path);
        file.Write(length);
        file.Write(json);
        foreach (var (_, values) in tensors.Values)
        {
            file.Write(MemoryMarshal.AsBytes(values.AsSpan()));
        }
    }
}
