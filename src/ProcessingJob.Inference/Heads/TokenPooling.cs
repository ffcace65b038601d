using System.Numerics.Tensors;
using ProcessingJob.Models.Modules;

namespace ProcessingJob.Inference.Heads;

/// <summary>
/// Pools the token embeddings of one encoding in this process's own vector code. Same definitions as sentence-transformers': weights of
/// weighted_mean count from 1 over the whole encoding, a prompt that is left out included; sums over nothing are 0, the largest of nothing
/// is -infinity.
/// </summary>
static class TokenPooling
{
    const float LeastWeight = 1e-9f;

    /// <param name="tokens">Length x width floats; padding may follow.</param>
    /// <param name="length">Real tokens, at least 1.</param>
    /// <param name="modes">In the order of the result.</param>
    /// <param name="promptTokens">Leading tokens to leave out.</param>
    /// <param name="weights">Sum of the tokens' weights, where a module has weighted them: divides in place of their number.</param>
    /// <param name="pooled">Modes x width floats, overwritten.</param>
    public static void Pool(
        ReadOnlySpan<float> tokens,
        int length,
        IReadOnlyList<PoolingMode> modes,
        int promptTokens,
        float? weights,
        Span<float> pooled
    )
    {
        var width = pooled.Length / modes.Count;
        var skip = Math.Min(promptTokens, length);
        for (var part = 0; part < modes.Count; part++)
        {
            var target = pooled.Slice(part * width, width);
            switch (modes[part])
            {
                case PoolingMode.Cls:
                    tokens.Slice(skip < length ? skip * width : 0, width).CopyTo(target);
                    break;
                case PoolingMode.Last:
                    // With nothing left of the text the masked last token is zero.
                    if (skip < length)
                    {
                        tokens.Slice((length - 1) * width, width).CopyTo(target);
                    }
                    else
                    {
                        target.Clear();
                    }

                    break;
                case PoolingMode.Max:
                    target.Fill(float.NegativeInfinity);
                    for (var i = skip; i < length; i++)
                    {
                        TensorPrimitives.Max(target, tokens.Slice(i * width, width), target);
                    }

                    break;
                case PoolingMode.WeightedMean:
                    target.Clear();
                    for (var i = skip; i < length; i++)
                    {
                        TensorPrimitives.MultiplyAdd(tokens.Slice(i * width, width), i + 1f, target, target);
                    }

                    TensorPrimitives.Multiply(target, 1 / MathF.Max(weights ?? PositionSum(skip, length), LeastWeight), target);
                    break;
                default:
                    target.Clear();
                    for (var i = skip; i < length; i++)
                    {
                        TensorPrimitives.Add(target, tokens.Slice(i * width, width), target);
                    }

                    var count = MathF.Max(weights ?? length - skip, LeastWeight);
                    TensorPrimitives.Multiply(target, 1 / (modes[part] == PoolingMode.Mean ? count : MathF.Sqrt(count)), target);
                    break;
            }
        }
    }

    /// <summary>Sum of the positions skip + 1 … length.</summary>
    public static float PositionSum(int skip, int length) => (float)((long)length * (length + 1) / 2 - (long)skip * (skip + 1) / 2);
}
