using ProcessingJob.Inference.Heads;
using ProcessingJob.Models.Modules;

namespace ProcessingJob.Inference.Tests;

/// <summary>Vector code against plain loops in double, and against weights for the device.</summary>
public sealed class TokenPoolingTests
{
    const int Hidden = 37;

    public static TheoryData<PoolingMode> Modes => [.. Enum.GetValues<PoolingMode>()];

    [Theory, MemberData(nameof(Modes))]
    public void Pool_OneMode_EqualsThePlainLoop(PoolingMode mode)
    {
        foreach (var (length, prompt) in ((int, int)[])[(1, 0), (2, 0), (17, 0), (128, 0), (17, 4), (3, 3), (5, 9)])
        {
            var tokens = Tokens(length + 3, seed: length);
            var pooled = new float[Hidden];
            TokenPooling.Pool(tokens, length, [mode], prompt, null, pooled);
            for (var h = 0; h < Hidden; h++)
            {
                var expected = Plain(mode, Enumerable.Range(0, length).Select(t => (double)tokens[t * Hidden + h]).ToArray(), prompt);
                Assert.Equal(expected, pooled[h], 1e-5 * Math.Max(1, Math.Abs(expected)));
            }
        }
    }

    [Theory, MemberData(nameof(Modes))]
    public void Fill_LinearMode_WeighsAsThePlainLoop(PoolingMode mode)
    {
        if (mode == PoolingMode.Max)
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
    public void Pool_SeveralModes_AreConcatenatedInTheListsOrder()
    {
        // Any order is kept; older files have that of the enum.
        PoolingMode[] order = [PoolingMode.Last, .. Enum.GetValues<PoolingMode>().SkipLast(1), PoolingMode.Max];
        var tokens = Tokens(9, seed: 3);
        var pooled = new float[order.Length * Hidden];
        TokenPooling.Pool(tokens, 9, order, 0, null, pooled);
        var single = new float[Hidden];
        for (var part = 0; part < order.Length; part++)
        {
            TokenPooling.Pool(tokens, 9, [order[part]], 0, null, single);
            Assert.Equal(single, pooled[(part * Hidden)..((part + 1) * Hidden)]);
        }
    }

    [Fact]
    public void Apply_Dimensions_TruncatesThenNormalises()
    {
        var whole = Plan();
        var plan = whole with { Resolution = whole.Resolution with { Width = 4, Normalize = true } };
        var result = new float[4];
        new EmbedFinish(plan).Apply([3, 0, 4, 0, 100, .. new float[Hidden - 5]], result);
        Assert.Equal([0.6f, 0, 0.8f, 0], result);
        new EmbedFinish(plan).Apply(new float[Hidden], result);
        Assert.Equal([0, 0, 0, 0], result);
    }

    static double Plain(PoolingMode mode, double[] values, int prompt)
    {
        var kept = values.Skip(prompt).ToArray();
        switch (mode)
        {
            case PoolingMode.Cls:
                // The first token after a prompt that is left out.
                return values[kept.Length > 0 ? prompt : 0];
            case PoolingMode.Last:
                return kept.Length > 0 ? values[^1] : 0;
            case PoolingMode.Max:
                return kept.Length > 0 ? kept.Max() : double.NegativeInfinity;
            case PoolingMode.Mean:
                return kept.Sum() / Math.Max(kept.Length, 1e-9);
            case PoolingMode.MeanSqrtLen:
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

    static EmbedPlan Plan() =>
        new()
        {
            EncoderWidth = Hidden,
            TokenWidth = Hidden,
            Resolution = new()
            {
                Pooling = [PoolingMode.Mean],
                SentenceStages = [],
                Normalize = false,
                Size = Hidden,
                Width = Hidden,
                GivesUnitLength = false,
            },
        };

    static float[] Tokens(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count * Hidden).Select(_ => (float)(random.NextDouble() * 4 - 2))];
    }
}
