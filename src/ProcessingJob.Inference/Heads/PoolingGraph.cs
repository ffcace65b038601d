using ProcessingJob.Models.Folders;
using ProcessingJob.Models.Onnx;

namespace ProcessingJob.Inference.Heads;

/// <summary>
/// A tiny ONNX graph that pools where the token embeddings are, so that only [batch, parts x hidden] leaves the device. Its output has
/// the weighted sums first and max last; <see cref="PartOrder"/> says which part is which.
/// </summary>
static class PoolingGraph
{
    public const string Tokens = "tokens";
    public const string Weights = "weights";
    public const string Mask = "mask";
    public const string Pooled = "pooled";

    /// <summary>Modes in the order of the graph's output.</summary>
    public static Pooling[] PartOrder(Pooling pooling) =>
        [.. PoolingWeights.Linear(pooling), .. pooling.HasFlag(Pooling.Max) ? new[] { Pooling.Max } : []];

    /// <param name="pooling">At least one mode.</param>
    /// <param name="hiddenSize">Width of a token embedding.</param>
    /// <param name="halfTokens">Whether the tokens come as float16; sums are in float32 all the same.</param>
    public static byte[] Build(Pooling pooling, int hiddenSize, bool halfTokens)
    {
        var linear = PoolingWeights.Linear(pooling).Count();
        var max = pooling.HasFlag(Pooling.Max);
        var graph = new OnnxGraphWriter()
            .Input(Tokens, halfTokens ? OnnxGraphWriter.Float16 : OnnxGraphWriter.Float, "batch", "length", hiddenSize)
            .Output(Pooled, OnnxGraphWriter.Float, "batch", pooling.Parts(), hiddenSize);
        var tokens = Tokens;
        if (halfTokens)
        {
            graph.Node("Cast", [Tokens], ["tokens32"], ("to", OnnxGraphWriter.Float));
            tokens = "tokens32";
        }

        var parts = new List<string>();
        if (linear > 0)
        {
            graph.Input(Weights, OnnxGraphWriter.Float, "batch", linear, "length").Node("MatMul", [Weights, tokens], ["sums"]);
            parts.Add("sums");
        }

        if (max)
        {
            graph
                .Input(Mask, OnnxGraphWriter.Float, "batch", "length", 1)
                .Node("Add", [tokens, Mask], ["masked"])
                .Node("ReduceMax", ["masked"], ["largest"], ("axes", new long[] { 1 }), ("keepdims", 1L));
            parts.Add("largest");
        }

        return graph.Node("Concat", [.. parts], [Pooled], ("axis", 1L)).ToModel();
    }
}
