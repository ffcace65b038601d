using ProcessingJob.Models.Folders;

namespace ProcessingJob.Inference.Heads;

/// <summary>
/// Pooling as a matrix product, for pooling on the device: every mode but max is a weighted sum of the tokens, with weights that the
/// host knows from the lengths alone.
/// </summary>
static class PoolingWeights
{
    /// <summary>Modes that are weighted sums, in the order of the parts.</summary>
    public static IEnumerable<Pooling> Linear(Pooling pooling) =>
        Enum.GetValues<Pooling>().Where(m => m is not Pooling.None and not Pooling.Max && pooling.HasFlag(m));

    /// <summary>Weights of one row for one mode over the padded length; padding gets 0.</summary>
    public static void Fill(Pooling mode, int length, int promptTokens, Span<float> weights)
    {
        weights.Clear();
        var skip = Math.Min(promptTokens, length);
        var count = length - skip;
        switch (mode)
        {
            case Pooling.Cls:
                weights[0] = 1;
                break;
            case Pooling.Last:
                if (count > 0)
                {
                    weights[length - 1] = 1;
                }

                break;
            case Pooling.WeightedMean:
                var sum = MathF.Max(TokenPooling.PositionSum(skip, length), 1e-9f);
                for (var i = skip; i < length; i++)
                {
                    weights[i] = (i + 1) / sum;
                }

                break;
            case Pooling.Mean:
                weights[skip..length].Fill(1f / Math.Max(count, 1));
                break;
            case Pooling.MeanSqrtLen:
                weights[skip..length].Fill(1 / MathF.Sqrt(Math.Max(count, 1)));
                break;
        }
    }

    /// <summary>What max adds to a row's tokens: 0, and -1e9 for those that do not count.</summary>
    public static void FillMask(int length, int promptTokens, Span<float> mask)
    {
        mask.Fill(-1e9f);
        mask[Math.Min(promptTokens, length)..length].Clear();
    }
}
