using ProcessingJob.Samples.Onnx;

namespace ProcessingJob.Samples.Graphs;

/// <summary>What follows the last layer.</summary>
static class Heads
{
    /// <summary>start_logits and end_logits [batch, sequence].</summary>
    public static void Answer(GraphParts parts, string x, int hidden)
    {
        var graph = parts.Graph;
        var logits = parts.Linear("qa_outputs", x, hidden, 2, 2);
        var (start, end) = graph.SplitNode(
            "/qa_outputs/Split",
            [logits],
            [OnnxAttribute.Integer("axis", -1), OnnxAttribute.Integers("split", 1, 1)]
        );
        OnnxAttribute[] last = [OnnxAttribute.Integers("axes", -1)];
        graph.Node("Squeeze", "/Squeeze", [start], last, output: "start_logits");
        graph.Node("Squeeze", "/Squeeze_1", [end], last, output: "end_logits");
        graph.Output("start_logits", "batch_size", "sequence_length");
        graph.Output("end_logits", "batch_size", "sequence_length");
    }

    /// <summary>logits [batch, labels] from the first token.</summary>
    public static void Classify(GraphParts parts, ModelFamily family, string x, int hidden, int labels)
    {
        var graph = parts.Graph;
        var first = graph.Node("Gather", "/Gather", [x, graph.Integers("axis_0", [], 0)], [OnnxAttribute.Integer("axis", 1)]);
        var (dense, activation, output) = family switch
        {
            ModelFamily.Bert => ("pooler.dense", "Tanh", "classifier"),
            ModelFamily.DistilBert => ("pre_classifier", "Relu", "classifier"),
            _ => ("classifier.dense", "Tanh", "classifier.out_proj"),
        };
        var pooled = graph.Node(activation, $"/{dense}/{activation}", [parts.Linear(dense, first, hidden, hidden, 1)]);
        parts.Linear(output, pooled, hidden, labels, 2, "logits");
        graph.Output("logits", "batch_size", "num_labels");
    }
}
