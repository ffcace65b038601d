using ProcessingJob.Samples.Onnx;

namespace ProcessingJob.Samples.Graphs;

/// <summary>One transformer layer with normalisation after each half: self-attention, then feed-forward.</summary>
sealed class EncoderLayer(GraphParts parts, FamilyTraits traits, ModelSize size)
{
    // Scores of deviation about 3: attention that looks at some words and not at all of them.
    const float QueryGain = 1.7f;

    // What is looked at counts twice as much as what was there, so that the first token too depends on the text.
    const float ValueGain = 2;

    readonly OnnxGraph _graph = parts.Graph;
    readonly int _headSize = size.Hidden / size.Heads;

    /// <param name="layer">Index of the layer.</param>
    /// <param name="x">[batch, sequence, hidden]</param>
    /// <param name="mask">Added to the scores: 0 or a very negative number, [batch, 1, 1, sequence].</param>
    /// <param name="output">Name of the result, when the graph needs one.</param>
    public string Build(int layer, string x, string mask, string? output)
    {
        var name = $"encoder.layer.{layer}";
        var attended = Attention($"{name}.attention", x, mask);
        var residual = _graph.Node("Add", $"/{name}.attention.output/Add_1", [attended, x]);
        var middle = parts.LayerNorm($"{name}.attention.output.LayerNorm", residual, size.Hidden, traits.Epsilon);
        var wide = parts.Gelu(
            $"{name}.intermediate.act",
            parts.Linear($"{name}.intermediate.dense", middle, size.Hidden, size.Intermediate, 1)
        );
        var narrow = parts.Linear($"{name}.output.dense", wide, size.Intermediate, size.Hidden, 0.8f);
        residual = _graph.Node("Add", $"/{name}.output/Add_1", [narrow, middle]);
        return parts.LayerNorm($"{name}.output.LayerNorm", residual, size.Hidden, traits.Epsilon, output);
    }

    string Attention(string name, string x, string mask)
    {
        var query = Heads($"{name}.self.query", x, QueryGain, 0, 2, 1, 3);
        var key = Heads($"{name}.self.key", x, QueryGain, 0, 2, 3, 1);
        var value = Heads($"{name}.self.value", x, ValueGain, 0, 2, 1, 3);
        var scores = _graph.Node("MatMul", $"/{name}.self/MatMul", [query, key]);
        var scaled = _graph.Node("Div", $"/{name}.self/Div", [scores, _graph.Scalar("sqrt_head_size", MathF.Sqrt(_headSize))]);
        var masked = _graph.Node("Add", $"/{name}.self/Add", [scaled, mask]);
        var weights = _graph.Node("Softmax", $"/{name}.self/Softmax", [masked], [OnnxAttribute.Integer("axis", 3)]);
        var mixed = _graph.Node("MatMul", $"/{name}.self/MatMul_1", [weights, value]);
        var back = _graph.Node("Transpose", $"/{name}.self/Transpose", [mixed], [OnnxAttribute.Integers("perm", 0, 2, 1, 3)]);
        var joined = _graph.Node("Reshape", $"/{name}.self/Reshape", [back, _graph.Vector("joined_shape", 0, 0, size.Hidden)]);
        return parts.Linear($"{name}.output.dense", joined, size.Hidden, size.Hidden, 1);
    }

    string Heads(string name, string x, float gain, params long[] order)
    {
        var projected = parts.Linear(name, x, size.Hidden, size.Hidden, gain);
        var split = _graph.Node("Reshape", $"/{name}/Reshape", [projected, _graph.Vector("heads_shape", 0, 0, size.Heads, _headSize)]);
        return _graph.Node("Transpose", $"/{name}/Transpose", [split], [OnnxAttribute.Integers("perm", order)]);
    }
}
