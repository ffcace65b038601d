using ProcessingJob.Inference.Heads;
using ProcessingJob.Models.Folders;

namespace ProcessingJob.Inference.Tests;

/// <summary>Vector code against plain loops in double, and against weights for the device.</summary>
public sealed class TokenPoolingTests
{
    const int Hidden = 37;

    public static TheoryData<Pooling> Modes =>
        [Pooling.Cls, Pooling.Max, Pooling.Mean, Pooling.MeanSqrtLen, Pooling.WeightedMean, Pooling.Last];

    [Theory, MemberData(nameof(Modes))]
    public void Pool_OneMode_EqualsThePlainLoop(Pooling mode)
    {
        foreach (var (length, prompt) in ((int, int)[])[(1, 0), (2, 0), (17, 0), (128, 0), (17, 4), (3, 3), (5, 9)])
        {
            var tokens = Tokens(length + 3, seed: length);
            var pooled = new float[Hidden];
            TokenPooling.Pool(tokens, length, Plan(mode, prompt), pooled);
            for (var h = 0; h < Hidden; h++)
            {
                var expected = Plain(mode, Enumerable.Range(0, length).Select(t => (double)tokens[t * Hidden + h]).ToArray(), prompt);
                Assert.Equal(expected, pooled[h], 1e-5 * Math.Max(1, Math.Abs(expected)));
            }
        }
    }

    [Theory, MemberData(nameof(Modes))]
    public void Fill_LinearMode_WeighsAsThePlainLoop(Pooling mode)
    {
        if (mode == Pooling.Max)
        {
            return;
        }

        foreach (var (length, prompt) in ((int, int)[])[(1, 0), (17, 0), (17, 4), (3, 3)])
        {
            var weights = new float[length + 5];
            PoolingWeights.Fill(mode, length, prompt, weights);
            Assert.All(weights[length..], w => Assert.Equal(0, w));
            var values = Enumerable.Range(0, length).Select(t => Math.Sin(t + 1)).ToArray();
            Assert.Equal(Plain(mode, values, prompt), values.Zip(weights, (v, w) => v * w).Sum(), 1e-6);
        }
    }

    [Fact]
    public void Pool_SeveralModes_AreConcatenatedInSentenceTransformersOrder()
    {
        // cls, max, mean, mean_sqrt_len, weightedmean, lasttoken: the order of its forward().
        var all = Pooling.Cls | Pooling.Max | Pooling.Mean | Pooling.MeanSqrtLen | Pooling.WeightedMean | Pooling.Last;
        var tokens = Tokens(9, seed: 3);
        var pooled = new float[6 * Hidden];
        TokenPooling.Pool(tokens, 9, Plan(all, 0), pooled);
        var single = new float[Hidden];
        Pooling[] order = [Pooling.Cls, Pooling.Max, Pooling.Mean, Pooling.MeanSqrtLen, Pooling.WeightedMean, Pooling.Last];
        for (var part = 0; part < order.Length; part++)
        {
            TokenPooling.Pool(tokens, 9, Plan(order[part], 0), single);
            Assert.Equal(single, pooled[(part * Hidden)..((part + 1) * Hidden)]);
        }
    }

    [Fact]
    public void Apply_Dimensions_TruncatesThenNormalises()
    {
        var plan = Plan(Pooling.Mean, 0) with { Width = 4, Normalize = true };
        var result = new float[4];
        new EmbedFinish(plan).Apply([3, 0, 4, 0, 100, .. new float[Hidden - 5]], result);
        Assert.Equal([0.6f, 0, 0.8f, 0], result);
        new EmbedFinish(plan).Apply(new float[Hidden], result);
        Assert.Equal([0, 0, 0, 0], result);
    }

    static double Plain(Pooling mode, double[] values, int prompt)
    {
        var kept = values.Skip(prompt).ToArray();
        switch (mode)
        {
            case Pooling.Cls:
                return values[0];
            case Pooling.Last:
                return kept.Length > 0 ? values[^1] : 0;
            case Pooling.Max:
                return kept.Length > 0 ? kept.Max() : -1e9;
            case Pooling.Mean:
                return kept.Sum() / Math.Max(kept.Length, 1e-9);
            case Pooling.MeanSqrtLen:
                return kept.Sum() / Math.Sqrt(Math.Max(kept.Length, 1e-9));
            default:
                var (sum, weights) = (0.0, 0.0);
                for (var t = prompt; t < values.Length; t++)
                {
                    (sum, weights) = (sum + (t + 1) * values[t], weights + t + 1);
                }

                return sum / Math.Max(weights, 1e-9);
        }
    }

    static EmbedPlan Plan(Pooling pooling, int prompt) =>
        new()
        {
            Pooling = pooling,
            PromptTokens = prompt,
            HiddenSize = Hidden,
            Dense = [],
            Normalize = false,
            Width = Hidden * pooling.Parts(),
        };

    static float[] Tokens(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count * Hidden).Select(_ => (float)(random.NextDouble() * 4 - 2))];
    }
}
