namespace ProcessingJob.Models.Onnx;

/// <summary>
/// Operators that are the whole of a layer's attention: of ONNX (from opset 23) and of ONNX Runtime (its docs/ContribOperators.md).
/// </summary>
public static class AttentionOperators
{
    static readonly HashSet<string> Names =
    [
        "Attention",
        "MultiHeadAttention",
        "GroupQueryAttention",
        "PackedAttention",
        "PackedMultiHeadAttention",
        "QAttention",
    ];

    /// <summary>Whether an operator of ONNX or of ONNX Runtime is one.</summary>
    public static bool Contain(string operation) => Names.Contains(operation);
}
