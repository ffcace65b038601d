using System.Text.Json.Serialization;

namespace ProcessingJob.Contract.Output;

/// <summary>Where the nodes of a graph run on a GPU, and how attention is computed.</summary>
public sealed record GraphPlacement
{
    /// <summary>Nodes on the GPU.</summary>
    public int OnDevice { get; init; }

    /// <summary>Nodes on the CPU: arithmetic with shapes.</summary>
    public int OnCpu { get; init; }

    /// <summary>Copies between the two in each call.</summary>
    public int Copies { get; init; }

    /// <summary>Attention as one node a layer, for which fused kernels exist.</summary>
    public int FusedAttention { get; init; }

    /// <summary>Attention as a chain of nodes around a Softmax.</summary>
    public int UnfusedAttention { get; init; }

    /// <summary>Whether all attention is one node a layer.</summary>
    [JsonIgnore]
    public bool IsFused => FusedAttention > 0 && UnfusedAttention == 0;

    /// <summary>Attention nodes with a mask of two dimensions, which ONNX Runtime computes unfused on CUDA.</summary>
    public int MaskedAttention { get; init; }
}
