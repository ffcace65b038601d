using System.Numerics.Tensors;
using ProcessingJob.Models.Folders;

namespace ProcessingJob.Inference.Heads;

/// <summary>
/// Pools the token embeddings of one encoding in this process's own vector code. Same definitions as sentence-transformers': the first
/// token for cls whatever the mask; weights of weighted_mean count from 1 over the whole encoding; sums over nothing are 0.
/// </summary>
static class TokenPooling
{
    /// <param name="tokens">Length x hidden floats; padding may follow.</param>
    /// <param name="length">Real tokens, at least 1.</param>
    /// <param name="plan">Which modes, and the leading tokens to leave out.</param>
    /// <param name="pooled"><see cref="EmbedPlan.PooledSize"/> floats, overwritten.</param>
    public static void Pool(ReadOnlySpan<float> tokens, int length, EmbedPlan plan, Span<float> pooled)
    {
        var size = plan.HiddenSize;
        var skip = Math.Min(plan.PromptTokens, length);
        var part = 0;
        for (var mode = Pooling.Cls; mode <= Pooling.Last; mode = (Pooling)((int)mode << 1))
        {
            if ((plan.Pooling & mode) == 0)
            {
                continue;
            }

            var target = pooled.Slice(part++ * size, size);
            switch (mode)
            {
                case Pooling.Cls:
                    tokens[..size].CopyTo(target);
                    break;
                case Pooling.Last:
                    // With nothing left of the text the masked last token is zero.
                    if (skip < length)
                    {
                        tokens.Slice((length - 1) * size, size).CopyTo(target);
                    }
                    else
                    {
                        target.Clear();
                    }

                    break;
                case Pooling.Max:
                    target.Fill(-1e9f);
                    for (var i = skip; i < length; i++)
                    {
                        TensorPrimitives.Max(target, tokens.Slice(i * size, size), target);
                    }

                    break;
                case Pooling.WeightedMean:
                    target.Clear();
                    for (var i = skip; i < length; i++)
                    {
                        TensorPrimitives.MultiplyAdd(tokens.Slice(i * size, size), i + 1f, target, target);
                    }

                    TensorPrimitives.Multiply(target, 1 / MathF.Max(PositionSum(skip, length), 1e-9f), target);
                    break;
                default:
                    target.Clear();
                    for (var i = skip; i < length; i++)
                    {
                        TensorPrimitives.Add(target, tokens.Slice(i * size, size), target);
                    }

                    var count = MathF.Max(length - skip, 1e-9f);
                    TensorPrimitives.Multiply(target, 1 / (mode == Pooling.Mean ? count : MathF.Sqrt(count)), target);
                    break;
            }
        }
    }

    /// <summary>Sum of the positions skip + 1 … length.</summary>
    public static float PositionSum(int skip, int length) => (float)((long)length * (length + 1) / 2 - (long)skip * (skip + 1) / 2);
}
