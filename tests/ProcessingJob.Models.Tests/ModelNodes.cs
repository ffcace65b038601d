using ProcessingJob.Contract.Wire;

namespace ProcessingJob.Models.Tests;

/// <summary>A node of an ONNX model.</summary>
sealed record ModelNode(string Operation, string Domain, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs);

/// <summary>Reads the nodes of an ONNX model, and writes it again without one of them.</summary>
static class ModelNodes
{
    const int GraphField = 7;
    const int NodeField = 1;

    public static List<ModelNode> Of(byte[] model)
    {
        var nodes = new List<ModelNode>();
        var fields = new ProtoReader(model);
        while (fields.Next())
        {
            if (fields.Field == GraphField)
            {
                var graph = new ProtoReader(fields.Bytes);
                while (graph.Next())
                {
                    if (graph.Field == NodeField)
                    {
                        nodes.Add(Read(graph.Bytes));
                    }
                }
            }
        }

        return nodes;
    }

    /// <summary>The model with a node taken out: its first output becomes its <paramref name="input"/>th input.</summary>
    public static byte[] Without(byte[] model, int number, int input = 0)
    {
        var node = Of(model)[number];
        var (from, to) = (node.Outputs[0], node.Inputs[input]);
        var copy = new ProtoWriter();
        var fields = new ProtoReader(model);
        while (fields.Next())
        {
            if (fields.Field != GraphField)
            {
                copy.Raw(fields.Raw);
                continue;
            }

            var graph = new ProtoReader(fields.Bytes);
            var rest = new ProtoWriter();
            var at = 0;
            while (graph.Next())
            {
                if (graph.Field != NodeField)
                {
                    rest.Raw(graph.Raw);
                }
                else if (at++ != number)
                {
                    rest.Message(NodeField, Rewired(graph.Bytes, from, to));
                }
            }

            copy.Message(GraphField, rest);
        }

        return copy.ToArray();
    }

    /// <summary>The model with the first two inputs of every node of an operation exchanged.</summary>
    public static byte[] WithExchangedInputs(byte[] model, string operation)
    {
        var copy = new ProtoWriter();
        var fields = new ProtoReader(model);
        while (fields.Next())
        {
            if (fields.Field != GraphField)
            {
                copy.Raw(fields.Raw);
                continue;
            }

            var graph = new ProtoReader(fields.Bytes);
            var rest = new ProtoWriter();
            while (graph.Next())
            {
                if (graph.Field == NodeField && Read(graph.Bytes) is var node && node.Operation == operation)
                {
                    rest.Message(NodeField, Exchanged(graph.Bytes, node.Inputs));
                }
                else
                {
                    rest.Raw(graph.Raw);
                }
            }

            copy.Message(GraphField, rest);
        }

        return copy.ToArray();
    }

    static ProtoWriter Exchanged(ReadOnlySpan<byte> node, IReadOnlyList<string> inputs)
    {
        var copy = new ProtoWriter();
        foreach (var input in new[] { inputs[1], inputs[0] }.Concat(inputs.Skip(2)))
        {
            copy.Text(1, input);
        }

        var fields = new ProtoReader(node);
        while (fields.Next())
        {
            if (fields.Field != 1)
            {
                copy.Raw(fields.Raw);
            }
        }

        return copy;
    }

    static ProtoWriter Rewired(ReadOnlySpan<byte> node, string from, string to)
    {
        var copy = new ProtoWriter();
        var fields = new ProtoReader(node);
        while (fields.Next())
        {
            if (fields.Field == 1 && fields.Text == from)
            {
                copy.Text(1, to);
            }
            else
            {
                copy.Raw(fields.Raw);
            }
        }

        return copy;
    }

    static ModelNode Read(ReadOnlySpan<byte> node)
    {
        var (operation, domain) = ("", "");
        List<string> inputs = [];
        List<string> outputs = [];
        var fields = new ProtoReader(node);
        while (fields.Next())
        {
            switch (fields.Field)
            {
                case 1:
                    inputs.Add(fields.Text);
                    break;
                case 2:
                    outputs.Add(fields.Text);
                    break;
                case 4:
                    operation = fields.Text;
                    break;
                case 7:
                    domain = fields.Text;
                    break;
            }
        }

        return new ModelNode(operation, domain, inputs, outputs);
    }
}
