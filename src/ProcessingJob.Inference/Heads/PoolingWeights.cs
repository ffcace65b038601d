using ProcessingJob.Models.Modules;

namespace ProcessingJob.Inference.Heads;

/// <summary>
/// Pooling as a matrix product, for pooling on the device: every mode but max is a weighted sum of the tokens, with weights that the
/// host knows from the lengths alone.
/// </summary>
static class PoolingWeights
{
    /// <summary>Modes that are weighted sums, in the order of the list.</summary>
    public static IEnumerable<PoolingMode> Linear(IEnumerable<PoolingMode> modes) => modes.Where(mode => mode != PoolingMode.Max);

    /// <summary>Weights of one row for one mode over the padded length; padding gets 0.</summary>
    public static void Fill(PoolingMode mode, int length, int promptTokens, Span<float> weights)
    {
        weights.Clear();
        var skip = Math.Min(promptTokens, length);
        var count = length - skip;
        switch (mode)
        {
            case PoolingMode.Cls:
                weights[count > 0 ? skip : 0] = 1;
                break;
            case PoolingMode.Last:
                if (count > 0)
                {
                    weights[length - 1] = 1;
                }

                break;
            case PoolingMode.WeightedMean:
                var sum = MathF.Max(TokenPooling.PositionSum(skip, length), 1e-9f);
                for (var i = skip; i < length; i++)
                {
                    weights[i] = (i + 1) / sum;
                }

                break;
            case PoolingMode.Mean:
                weights[skip..length].Fill(1f / Math.Max(count, 1));
                break;
            case PoolingMode.MeanSqrtLen:
                weights[skip..length].Fill(1 / MathF.Sqrt(Math.Max(count, 1)));
                break;
        }
    }

    /// <summary>What max adds to a row's tokens: 0, and -infinity for those that do not count.</summary>
    public static void FillMask(int length, int promptTokens, Span<float> mask)
    {
        mask.Fill(float.NegativeInfinity);
        mask[Math.Min(promptTokens, length)..length].Clear();
    }
}
