using ProcessingJob.Contract;

namespace ProcessingJob.Inference;

/// <summary>Smallest and largest value per dimension, the same for every host of a job.</summary>
/// <param name="Min">One per dimension.</param>
/// <param name="Max">One per dimension.</param>
public sealed record EmbeddingRanges(float[] Min, float[] Max)
{
    /// <summary>Reads <c>{"min":[…],"max":[…]}</c>, or numpy's <c>[[min…],[max…]]</c>.</summary>
    public static EmbeddingRanges Load(string path) => throw new NotImplementedException();

    public void Save(string path) => throw new NotImplementedException();
}

/// <summary>Turns float embeddings into the stored precision. Immutable, thread-safe.</summary>
public sealed class Quantizer
{
    /// <param name="precision">What to store.</param>
    /// <param name="dimensions">Of the embeddings; a multiple of 8 for binary and ubinary.</param>
    /// <param name="ranges">Needed by int8 and uint8, unused by others.</param>
    public static Quantizer Create(EmbeddingPrecision precision, int dimensions, EmbeddingRanges? ranges = null) => throw new NotImplementedException();

    /// <summary>Values per stored embedding: dimensions, or dimensions / 8 when packed.</summary>
    public int StoredValues => throw new NotImplementedException();

    /// <summary>Bytes per stored embedding.</summary>
    public int StoredBytes => throw new NotImplementedException();

    /// <summary>Float16.</summary>
    public void Quantize(ReadOnlySpan<float> embedding, Span<Half> stored) => throw new NotImplementedException();

    /// <summary>Int8 and Binary.</summary>
    public void Quantize(ReadOnlySpan<float> embedding, Span<sbyte> stored) => throw new NotImplementedException();

    /// <summary>UInt8 and UBinary.</summary>
    public void Quantize(ReadOnlySpan<float> embedding, Span<byte> stored) => throw new NotImplementedException();
}
