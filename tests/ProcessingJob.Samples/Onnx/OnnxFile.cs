namespace ProcessingJob.Samples.Onnx;

/// <summary>Writes a graph as a ModelProto.</summary>
static class OnnxFile
{
    const int IrVersion = 6;

    // The exporters' default for these families for years, and the newest that ONNX Runtime's attention fusion knows on the CPU.
    const int Opset = 11;

    public static void Write(string path, OnnxGraph graph)
    {
        var before = new ProtoWriter();
        foreach (var node in graph.Nodes)
        {
            before.Message(1, node);
        }

        before.Text(2, graph.Name);
        var after = new ProtoWriter();
        foreach (var input in graph.Inputs)
        {
            after.Message(11, input);
        }

        foreach (var output in graph.Outputs)
        {
            after.Message(12, output);
        }

        var tensors = graph.Initializers.Select(tensor => (Tensor: tensor, Header: new ProtoWriter().Header(5, tensor.Length))).ToList();
        var length = before.Bytes.Length + after.Bytes.Length + tensors.Sum(entry => entry.Header.Bytes.Length + entry.Tensor.Length);
        if (length > int.MaxValue)
        {
            throw new ArgumentException(
                $"The model would have {length:N0} bytes; an .onnx file without external data holds at most {int.MaxValue:N0}."
            );
        }

        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16);
        var opset = new ProtoWriter().Text(1, "").Integer(2, Opset);
        file.Write(new ProtoWriter().Integer(1, IrVersion).Text(2, "ProcessingJob.Samples").Message(8, opset).Header(7, length).Bytes);
        file.Write(before.Bytes);
        foreach (var (tensor, header) in tensors)
        {
            file.Write(header.Bytes);
            tensor.Write(file);
        }

        file.Write(after.Bytes);
    }
}
