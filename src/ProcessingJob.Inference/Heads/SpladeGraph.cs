using ProcessingJob.Models.Modules;
using ProcessingJob.Models.Onnx;

namespace ProcessingJob.Inference.Heads;

/// <summary>
/// A tiny ONNX graph that pools logits of every token where they are (SPLADE, arxiv.org/abs/2109.10086), so that only
/// [batch, vocabulary] leaves the device. What it masks must be finite.
/// </summary>
static class SpladeGraph
{
    public const string Logits = "logits";

    /// <summary>[batch, tokens, 1]: for the sum 1 for tokens and 0 for padding; for the maximum 0 and a number below all logits.</summary>
    public const string Mask = "mask";

    /// <summary>[1]: 1, as constants are inputs here.</summary>
    public const string One = "one";
    public const string Weights = "weights";

    /// <summary>Added to the logits of padding.</summary>
    public const float Below = -1e30f;

    public static byte[] Build(SpladePoolingModule pooling, int size, bool half)
    {
        var graph = new OnnxGraphWriter()
            .Input(Logits, half ? OnnxGraphWriter.Float16 : OnnxGraphWriter.Float, "batch", "length", size)
            .Input(Mask, OnnxGraphWriter.Float, "batch", "length", 1)
            .Input(One, OnnxGraphWriter.Float, 1)
            .Output(Weights, OnnxGraphWriter.Float, "batch", size);
        var logits = Logits;
        if (half)
        {
            graph.Node("Cast", [Logits], ["logits32"], ("to", OnnxGraphWriter.Float));
            logits = "logits32";
        }

        var last = pooling.Sum ? "activated" : Weights;
        if (!pooling.Sum)
        {
            // The logarithms grow with their argument, so the largest is taken before them.
            graph
                .Node("Add", [logits, Mask], ["masked"])
                .Node("ReduceMax", ["masked"], ["largest"], ("axes", new long[] { 1 }), ("keepdims", 0L));
            logits = "largest";
        }

        graph.Node("Relu", [logits], ["positive"]).Node("Add", ["positive", One], ["more"]);
        graph.Node("Log", ["more"], [pooling.DoubleLog ? "log" : last]);
        if (pooling.DoubleLog)
        {
            graph.Node("Add", ["log", One], ["logmore"]).Node("Log", ["logmore"], [last]);
        }

        if (pooling.Sum)
        {
            // [batch, size, length] x [batch, length, 1] needs no copy of the masked values.
            graph
                .Node("Transpose", ["activated"], ["turned"], ("perm", new long[] { 0, 2, 1 }))
                .Node("MatMul", ["turned", Mask], ["sums"])
                .Node("Flatten", ["sums"], [Weights], ("axis", 1L));
        }

        return graph.ToModel();
    }
}
