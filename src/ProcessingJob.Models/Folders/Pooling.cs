namespace ProcessingJob.Models.Folders;

/// <summary>
/// How token embeddings become one vector. Flags: several modes are concatenated in the order of the values here,
/// which is the order sentence-transformers concatenates them in.
/// </summary>
[Flags]
public enum Pooling
{
    None = 0,

    /// <summary>The first token's vector.</summary>
    Cls = 1,

    /// <summary>The largest value of each dimension.</summary>
    Max = 2,

    /// <summary>Sum over tokens / number of tokens.</summary>
    Mean = 4,

    /// <summary>Sum over tokens / square root of the number of tokens.</summary>
    MeanSqrtLen = 8,

    /// <summary>Mean weighted by position: token i (from 1, counted over the whole encoding) has weight i.</summary>
    WeightedMean = 16,

    /// <summary>The last token's vector.</summary>
    Last = 32,
}
