namespace ProcessingJob.Contract;

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
}
