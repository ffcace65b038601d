namespace ProcessingJob.Models.Onnx;

/// <summary>A graph's input or output.</summary>
/// <param name="Name">As in the graph.</param>
/// <param name="ElementType">ONNX TensorProto.DataType: 1 float, 6 int32, 7 int64, 10 float16.</param>
/// <param name="Dimensions">-1 where symbolic.</param>
public sealed record GraphValue(string Name, int ElementType, long[] Dimensions);

/// <summary>What the engine needs to know of an ONNX file before ONNX Runtime touches it.</summary>
public sealed record OnnxSummary
{
    public required IReadOnlyList<GraphValue> Inputs { get; init; }

    public required IReadOnlyList<GraphValue> Outputs { get; init; }

    /// <summary>Locations of external data as written in the file: unchecked.</summary>
    public required IReadOnlySet<string> ExternalLocations { get; init; }

    public required WeightPrecision Precision { get; init; }

    /// <summary>By output: the operator that makes it, casts aside; empty where it is a weight or an input.</summary>
    public required IReadOnlyDictionary<string, string> OutputOperators { get; init; }

    /// <summary>Fused operators: attention, layer normalisation with its residual, embeddings.</summary>
    public required bool Optimized { get; init; }

    /// <summary>Whether a node of it is the whole of a layer's attention.</summary>
    public required bool FusedAttention { get; init; }
}
