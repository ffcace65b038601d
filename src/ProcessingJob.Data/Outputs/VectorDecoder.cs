using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Data.Outputs;

/// <summary>
/// Embeddings from what was stored. int8 and uint8 codes become the middle of their step, for which the ranges of the job are needed;
/// bits become -1 and 1.
/// </summary>
public sealed class VectorDecoder
{
    readonly EmbeddingPrecision _precision;
    readonly EmbeddingRanges? _ranges;

    /// <param name="spec">The job's spec.</param>
    /// <param name="rangesFile">Overrides embed.ranges.</param>
    /// <exception cref="PJobException">BadSpec: the ranges are needed and cannot be read.</exception>
    public VectorDecoder(JobSpec spec, string? rangesFile)
    {
        ArgumentNullException.ThrowIfNull(spec);
        _precision = spec.Embed.Precision;
        if (_precision is not (EmbeddingPrecision.Int8 or EmbeddingPrecision.Uint8))
        {
            return;
        }

        var file = rangesFile ?? spec.Embed.Ranges ?? "";
        if (!File.Exists(file))
        {
            throw new PJobException(
                $"the output holds {Names.Of(_precision)} codes and their ranges file ({file}) is missing; "
                    + "name the job's embed.ranges with --ranges FILE",
                ExitCode.BadSpec
            );
        }

        _ranges = EmbeddingRanges.Load(file);
    }

    /// <param name="stored">Stored numbers per row.</param>
    public int Dimensions(int stored) => _precision is EmbeddingPrecision.Binary or EmbeddingPrecision.Ubinary ? stored * 8 : stored;

    /// <param name="stored">A row as stored.</param>
    /// <param name="vector">Takes <see cref="Dimensions"/> numbers.</param>
    public void Decode(ReadOnlySpan<float> stored, Span<float> vector)
    {
        switch (_precision)
        {
            case EmbeddingPrecision.Int8 or EmbeddingPrecision.Uint8:
                for (var i = 0; i < stored.Length; i++)
                {
                    vector[i] = _ranges!.Min[i] + Middle(stored[i]) * (_ranges.Max[i] - _ranges.Min[i]) / 255;
                }

                break;
            case EmbeddingPrecision.Binary or EmbeddingPrecision.Ubinary:
                var offset = _precision == EmbeddingPrecision.Binary ? 128 : 0;
                for (var i = 0; i < vector.Length; i++)
                {
                    vector[i] = ((int)stored[i / 8] + offset >> 7 - i % 8 & 1) == 1 ? 1 : -1;
                }

                break;
            default:
                stored.CopyTo(vector);
                break;
        }
    }

    // Codes were cut towards zero: a negative one stands for the step below it, and 0 of int8 for those on both sides.
    float Middle(float code) => _precision == EmbeddingPrecision.Uint8 ? code + 0.5f : code + 128 + 0.5f * Math.Sign(code);
}
