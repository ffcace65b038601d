using ProcessingJob.Models.Modules;
using ProcessingJob.Models.Onnx;

namespace ProcessingJob.Inference.Heads;

/// <summary>
/// A tiny ONNX graph that pools where the token embeddings are, so that only [batch, parts x hidden] leaves the device. Its output has
/// the weighted sums first, in the order of the modes, and max last; <see cref="Places"/> says where each mode's part is.
/// </summary>
static class PoolingGraph
{
    public const string Tokens = "tokens";
    public const string Weights = "weights";
    public const string Mask = "mask";
    public const string Pooled = "pooled";

    /// <summary>For each mode the index of its part in the graph's output.</summary>
    public static int[] Places(IReadOnlyList<PoolingMode> modes)
    {
        var linear = 0;
        var max = PoolingWeights.Linear(modes).Count();
        return [.. modes.Select(mode => mode == PoolingMode.Max ? max : linear++)];
    }

    /// <summary>Parts of the graph's output.</summary>
    public static int Parts(IReadOnlyList<PoolingMode> modes) =>
        PoolingWeights.Linear(modes).Count() + (modes.Contains(PoolingMode.Max) ? 1 : 0);

    /// <param name="modes">At least one.</param>
    /// <param name="hiddenSize">Width of a token embedding.</param>
    /// <param name="halfTokens">Whether the tokens come as float16; sums are in float32 all the same.</param>
    public static byte[] Build(IReadOnlyList<PoolingMode> modes, int hiddenSize, bool halfTokens)
    {
        var linear = PoolingWeights.Linear(modes).Count();
        var graph = new OnnxGraphWriter()
            .Input(Tokens, halfTokens ? OnnxGraphWriter.Float16 : OnnxGraphWriter.Float, "batch", "length", hiddenSize)
            .Output(Pooled, OnnxGraphWriter.Float, "batch", Parts(modes), hiddenSize);
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

        if (modes.Contains(PoolingMode.Max))
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
