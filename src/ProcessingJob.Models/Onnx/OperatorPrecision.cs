using static ProcessingJob.Models.Onnx.OnnxFields;

namespace ProcessingJob.Models.Onnx;

/// <summary>
/// Tells what a graph computes with from its operators (onnx.ai/onnx/operators and ONNX Runtime's docs/ContribOperators.md). Sizes and file
/// names say little: a quantized file may keep its largest table, the word embeddings, in float32.
/// </summary>
static class OperatorPrecision
{
    static readonly HashSet<string> DynamicOperators = ["DynamicQuantizeLinear", "DynamicQuantizeMatMul", "DynamicQuantizeLSTM"];

    /// <summary>Products of integers: static where QuantizeLinear makes their inputs.</summary>
    static readonly HashSet<string> IntegerOperators =
    [
        "MatMulInteger",
        "MatMulInteger16",
        "MatMulIntegerToFloat",
        "ConvInteger",
        "QAttention",
    ];

    static readonly HashSet<string> StaticOperators = ["QGemm", "QuantizeWithOrder"];

    static readonly string[] StaticPrefixes = ["QLinear", "QOrdered"];

    static readonly HashSet<string> WeightOperators =
    [
        "DequantizeLinear",
        "MatMulNBits",
        "MatMulBnb4",
        "MatMulFpQ4",
        "GatherBlockQuantized",
        "QEmbedLayerNormalization",
        "QMoE",
    ];

    /// <summary>Operators that only move values: what they give has the type of their first input.</summary>
    static readonly HashSet<string> MovingOperators =
    [
        "Gather",
        "Identity",
        "Transpose",
        "Reshape",
        "Squeeze",
        "Unsqueeze",
        "Flatten",
        "Slice",
        "Split",
        "Concat",
        "Expand",
        "Tile",
    ];

    const string Quantize = "QuantizeLinear";

    /// <param name="nodes">Of the graph and its subgraphs, in their order.</param>
    /// <param name="functionNodes">Of the model's functions, whose names mean nothing outside.</param>
    /// <param name="initializers">Element types by name.</param>
    public static WeightPrecision Of(
        IReadOnlyList<OnnxNode> nodes,
        IReadOnlyList<OnnxNode> functionNodes,
        IReadOnlyDictionary<string, int> initializers
    )
    {
        var all = nodes.Concat(functionNodes).Select(n => n.Operation).ToHashSet(StringComparer.Ordinal);
        if (all.Overlaps(DynamicOperators))
        {
            return WeightPrecision.QuantizedDynamic;
        }

        var constants = nodes.Where(n => n.Operation == "Constant").SelectMany(n => n.Outputs).Concat(initializers.Keys).ToHashSet();
        var activations =
            nodes.Any(n => n.Operation == Quantize && n.Inputs is [var first, ..] && !constants.Contains(first))
            || functionNodes.Any(n => n.Operation == Quantize);
        if (activations || all.Any(o => StaticOperators.Contains(o) || StaticPrefixes.Any(p => o.StartsWith(p, StringComparison.Ordinal))))
        {
            return WeightPrecision.QuantizedStatic;
        }

        return all.Overlaps(IntegerOperators) ? WeightPrecision.QuantizedDynamic
            : all.Overlaps(WeightOperators) ? WeightPrecision.WeightOnly
            : FloatType(nodes, initializers);
    }

    /// <summary>
    /// The narrowest float type that a node computes with, as far as weights show it; without any such node that of most weights.
    /// </summary>
    static WeightPrecision FloatType(IReadOnlyList<OnnxNode> nodes, IReadOnlyDictionary<string, int> initializers)
    {
        var types = new Dictionary<string, int>(initializers, StringComparer.Ordinal);
        var computed = new HashSet<int>();
        foreach (var node in nodes)
        {
            var type = node.ElementType;
            if (MovingOperators.Contains(node.Operation))
            {
                type = node.Inputs is [var first, ..] ? types.GetValueOrDefault(first) : 0;
            }
            else if (type == 0)
            {
                computed.UnionWith(node.Inputs.Select(input => types.GetValueOrDefault(input)));
            }

            foreach (var output in node.Outputs)
            {
                types[output] = type;
            }
        }

        if (!computed.Overlaps([ElementFloat, ElementFloat16, ElementBfloat16]))
        {
            var most = initializers.Values.Where(IsFloat).GroupBy(t => t).OrderByDescending(g => g.Count()).FirstOrDefault();
            computed = most is null ? [] : [most.Key];
        }

        return computed.Contains(ElementFloat16) ? WeightPrecision.Float16
            : computed.Contains(ElementBfloat16) ? WeightPrecision.Bfloat16
            : WeightPrecision.Float32;
    }
}
