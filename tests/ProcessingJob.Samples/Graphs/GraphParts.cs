using ProcessingJob.Samples.Onnx;

namespace ProcessingJob.Samples.Graphs;

/// <summary>Layers as PyTorch's exporter writes them, which is what ONNX Runtime's fusions look for.</summary>
sealed class GraphParts(OnnxGraph graph, int seed)
{
    public OnnxGraph Graph => graph;

    /// <summary>x·W + b, with W scaled so that <paramref name="gain"/> is the output's deviation for an input of deviation 1.</summary>
    public string Linear(string name, string x, int from, int to, float gain, string? output = null)
    {
        var weight = graph.Weight($"{name}.weight", [from, to], new(seed, gain / MathF.Sqrt(from)));
        var bias = graph.Weight($"{name}.bias", [to], new(seed, 0.02f));
        var product = graph.Node("MatMul", $"/{name}/MatMul", [x, weight]);
        return graph.Node("Add", $"/{name}/Add", [product, bias], output: output);
    }

    /// <summary>
    /// (x - mean) / sqrt(variance + epsilon) · scale + shift over the last axis, spelled out: the operator is younger than the opset.
    /// </summary>
    public string LayerNorm(string name, string x, int width, float epsilon, string? output = null)
    {
        var scale = graph.Weight($"{name}.weight", [width], new(seed, 0.1f, 1));
        var bias = graph.Weight($"{name}.bias", [width], new(seed, 0.02f));
        OnnxAttribute[] last = [OnnxAttribute.Integers("axes", -1)];
        var mean = graph.Node("ReduceMean", $"/{name}/ReduceMean", [x], last);
        var centred = graph.Node("Sub", $"/{name}/Sub", [x, mean]);
        var squared = graph.Node("Pow", $"/{name}/Pow", [centred, graph.Scalar("two", 2)]);
        var variance = graph.Node("ReduceMean", $"/{name}/ReduceMean_1", [squared], last);
        var padded = graph.Node("Add", $"/{name}/Add", [variance, graph.Scalar("epsilon", epsilon)]);
        var deviation = graph.Node("Sqrt", $"/{name}/Sqrt", [padded]);
        var normal = graph.Node("Div", $"/{name}/Div", [centred, deviation]);
        var scaled = graph.Node("Mul", $"/{name}/Mul", [normal, scale]);
        return graph.Node("Add", $"/{name}/Add_1", [scaled, bias], output: output);
    }

    /// <summary>Rows of a table of [<paramref name="rows"/>, <paramref name="width"/>].</summary>
    public string Embedding(string name, string ids, int rows, int width, float deviation)
    {
        var table = graph.Weight($"{name}.weight", [rows, width], new(seed, deviation));
        return graph.Node("Gather", $"/{name}/Gather", [table, ids]);
    }

    /// <summary>Gelu by the error function.</summary>
    public string Gelu(string name, string x)
    {
        var scaled = graph.Node("Div", $"/{name}/Div", [x, graph.Scalar("sqrt_two", MathF.Sqrt(2))]);
        var error = graph.Node("Erf", $"/{name}/Erf", [scaled]);
        var shifted = graph.Node("Add", $"/{name}/Add", [error, graph.Scalar("one", 1)]);
        var product = graph.Node("Mul", $"/{name}/Mul", [x, shifted]);
        return graph.Node("Mul", $"/{name}/Mul_1", [product, graph.Scalar("half", 0.5f)]);
    }

    /// <summary>One number of a value's shape, as a vector of one.</summary>
    public string Dimension(string name, string value, int axis)
    {
        var shape = graph.Node("Shape", $"/{name}/Shape", [value]);
        var size = graph.Node(
            "Gather",
            $"/{name}/Gather",
            [shape, graph.Integers($"axis_{axis}", [], axis)],
            [OnnxAttribute.Integer("axis", 0)]
        );
        return graph.Node("Unsqueeze", $"/{name}/Unsqueeze", [size], [OnnxAttribute.Integers("axes", 0)]);
    }
}
