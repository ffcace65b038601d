using System.Numerics.Tensors;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Inference.Heads;

/// <summary>
/// Turns float embeddings into the stored precision, with sentence-transformers' numbers: int8 and uint8 cut each dimension's range
/// into 255 steps and truncate towards zero; binary packs the signs, first dimension in the highest bit, and is shifted by 128 as
/// int8. Values outside the ranges are clamped, where sentence-transformers wraps round. Immutable, thread-safe.
/// </summary>
public sealed class Quantizer
{
    readonly EmbeddingRanges? _ranges;
    readonly float[] _steps;

    Quantizer(EmbeddingPrecision precision, int dimensions, EmbeddingRanges? ranges)
    {
        (Precision, Dimensions, _ranges) = (precision, dimensions, ranges);
        _steps = ranges is null ? [] : [.. ranges.Min.Zip(ranges.Max, (low, high) => (high - low) / 255)];
    }

    public EmbeddingPrecision Precision { get; }

    /// <summary>Of the embeddings.</summary>
    public int Dimensions { get; }

    /// <summary>Values per stored embedding: dimensions, or dimensions / 8 when packed.</summary>
    public int StoredValues => Packed ? Dimensions / 8 : Dimensions;

    bool Packed => Precision is EmbeddingPrecision.Binary or EmbeddingPrecision.Ubinary;

    /// <param name="precision">What to store.</param>
    /// <param name="dimensions">Of the embeddings; a multiple of 8 for binary and ubinary.</param>
    /// <param name="ranges">Needed by int8 and uint8, unused by others.</param>
    /// <exception cref="PJobException">BadSpec: ranges or dimensions that do not fit.</exception>
    public static Quantizer Create(EmbeddingPrecision precision, int dimensions, EmbeddingRanges? ranges = null)
    {
        var name = precision.ToString().ToLowerInvariant();
        if (precision is EmbeddingPrecision.Binary or EmbeddingPrecision.Ubinary && dimensions % 8 != 0)
        {
            throw new PJobException($"embed.precision {name} packs 8 dimensions into a byte, but there are {dimensions}", ExitCode.BadSpec);
        }

        if (precision is not (EmbeddingPrecision.Int8 or EmbeddingPrecision.Uint8))
        {
            return new Quantizer(precision, dimensions, null);
        }

        if (ranges is null)
        {
            throw new PJobException($"embed.precision {name} needs embed.ranges, so that every host cuts the same steps", ExitCode.BadSpec);
        }

        if (ranges.Min.Length != dimensions)
        {
            throw new PJobException($"embed.ranges has {ranges.Min.Length} dimensions, the embeddings have {dimensions}", ExitCode.BadSpec);
        }

        return new Quantizer(precision, dimensions, ranges);
    }

    /// <summary>Float16.</summary>
    public void Quantize(ReadOnlySpan<float> embedding, Span<Half> stored)
    {
        Check(embedding, EmbeddingPrecision.Float16, EmbeddingPrecision.Float16);
        TensorPrimitives.ConvertToHalf(embedding, stored);
    }

    /// <summary>Int8 and Binary.</summary>
    public void Quantize(ReadOnlySpan<float> embedding, Span<sbyte> stored)
    {
        Check(embedding, EmbeddingPrecision.Int8, EmbeddingPrecision.Binary);
        for (var i = 0; i < StoredValues; i++)
        {
            stored[i] = (sbyte)(Packed ? Bits(embedding, i) - 128 : (int)Math.Clamp(Step(embedding, i) - 128, -128, 127));
        }
    }

    /// <summary>Uint8 and Ubinary.</summary>
    public void Quantize(ReadOnlySpan<float> embedding, Span<byte> stored)
    {
        Check(embedding, EmbeddingPrecision.Uint8, EmbeddingPrecision.Ubinary);
        for (var i = 0; i < StoredValues; i++)
        {
            stored[i] = (byte)(Packed ? Bits(embedding, i) : (int)Math.Clamp(Step(embedding, i), 0, 255));
        }
    }

    // A dimension that never varies has no steps: everything is its lowest.
    float Step(ReadOnlySpan<float> embedding, int i) => _steps[i] > 0 ? (embedding[i] - _ranges!.Min[i]) / _steps[i] : 0;

    static int Bits(ReadOnlySpan<float> embedding, int place)
    {
        var bits = 0;
        foreach (var value in embedding.Slice(place * 8, 8))
        {
            bits = bits << 1 | (value > 0 ? 1 : 0);
        }

        return bits;
    }

    void Check(ReadOnlySpan<float> embedding, EmbeddingPrecision one, EmbeddingPrecision other)
    {
        if (Precision != one && Precision != other)
        {
            throw new InvalidOperationException($"This quantizer stores {Precision}");
        }

        if (embedding.Length != Dimensions)
        {
            throw new ArgumentException($"{embedding.Length} values, expected {Dimensions}", nameof(embedding));
        }
    }
}
