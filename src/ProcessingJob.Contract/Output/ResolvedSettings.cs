namespace ProcessingJob.Contract.Output;

/// <summary>What the spec's "auto" came to with this model folder; null where the task has no such setting.</summary>
public sealed record ResolvedSettings
{
    /// <summary>sentence-transformers' names, joined by " + "; "none" where the encoder gives one vector a text.</summary>
    public string? Pooling { get; init; }

    /// <summary>Whether embeddings have length 1.</summary>
    public bool? Normalize { get; init; }

    /// <summary>Floats of an embedding.</summary>
    public int? Dimensions { get; init; }

    /// <summary>Text put before every text.</summary>
    public string? Prompt { get; init; }

    /// <summary>What a classifier does to its logits.</summary>
    public string? Activation { get; init; }

    /// <summary>Tokens of an encoding, specials included.</summary>
    public int? MaxLength { get; init; }

    /// <summary>
    /// Where the graph is from: <c>onnx</c> (a file of the folder), <c>safetensors</c> (built from them), or <c>table</c> (no graph).
    /// </summary>
    public string? GraphOrigin { get; init; }

    /// <summary>The file that was run, relative to the model folder.</summary>
    public string? ModelFile { get; init; }

    /// <summary>Why that file.</summary>
    public string? ModelFileReason { get; init; }

    /// <summary>Numbers that the graph computes with: float32, float16, quantized_dynamic…</summary>
    public string? GraphPrecision { get; init; }

    /// <summary>True: results depend on the batch, so that every text was run alone (compute.allow_batch_dependent).</summary>
    public bool? BatchDependent { get; init; }
}
