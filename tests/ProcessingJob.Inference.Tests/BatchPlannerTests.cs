using CsCheck;
using ProcessingJob.Inference.Engine;

namespace ProcessingJob.Inference.Tests;

public sealed class BatchPlannerTests
{
    static readonly Gen<(int[] Lengths, int Budget, bool FewShapes)> Cases = Gen.Select(
        Gen.Int[1, 512].Array[0, 300],
        Gen.Int[16, 4096],
        Gen.Bool
    );

    [Fact]
    public void Cut_AnyLengths_CoversEachOnceWithinTheBudget() =>
        Cases.Sample(
            c =>
            {
                var lengths = c.Lengths.OrderDescending().ToArray();
                var rules = new BatchRules(c.Budget, 512, c.FewShapes);
                var batches = new List<BatchRange>();
                BatchPlanner.Cut(lengths, rules, batches);
                var next = 0;
                foreach (var batch in batches)
                {
                    Assert.Equal(next, batch.Start);
                    Assert.InRange(batch.Count, 1, lengths.Length - next);
                    Assert.All(lengths[batch.Start..(batch.Start + batch.Count)], l => Assert.InRange(l, 1, batch.Length));
                    Assert.True(batch.Count == 1 || batch.Count * batch.Length <= rules.TokenBudget);
                    Assert.True(batch.Count * batch.Length <= rules.Capacity);
                    Assert.InRange(batch.Length, 1, 512);
                    next += batch.Count;
                }

                Assert.Equal(lengths.Length, next);
            },
            seed: "0000Kx7Nkvq1"
        );

    [Theory]
    [InlineData(1024, 512, false, 0.98)]
    [InlineData(16_384, 16_384, true, 0.95)]
    public void Cut_LengthsOfShortReviews_FillsTheBatches(int block, int budget, bool fewShapes, double leastFill)
    {
        // Log-normal with a median of 20 tokens, as short reviews are; blocks of the CPU and of a GPU.
        var random = new Random(1);
        var lengths = Enumerable
            .Range(0, block)
            .Select(_ =>
            {
                var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
                return Math.Clamp((int)(20 * Math.Exp(0.6 * normal)), 3, 128);
            })
            .OrderDescending()
            .ToArray();
        var batches = new List<BatchRange>();
        BatchPlanner.Cut(lengths, new BatchRules(budget, 128, fewShapes), batches);
        Assert.InRange((double)lengths.Sum() / batches.Sum(b => b.Count * b.Length), leastFill, 1);
        Assert.InRange(lengths.Sum() / batches.Count, budget / 2, budget);
    }

    [Fact]
    public void Cut_OneCliff_IsCutThere()
    {
        var batches = new List<BatchRange>();
        BatchPlanner.Cut([100, 100, 10, 10, 10], new BatchRules(512, 128, FewShapes: false), batches);
        Assert.Equal([new BatchRange(0, 2, 100), new BatchRange(2, 3, 10)], batches);
    }

    [Fact]
    public void PaddedLength_FewShapes_HasFewLengthsAndLittlePadding()
    {
        var rules = new BatchRules(16_384, 512, FewShapes: true);
        var padded = Enumerable.Range(1, 512).Select(rules.PaddedLength).ToArray();
        Assert.InRange(padded.Distinct().Count(), 1, 80);
        for (var length = 16; length <= 512; length++)
        {
            Assert.InRange(padded[length - 1], length, length * 1.07);
        }
    }

    [Fact]
    public void PaddedLength_LimitBetweenSteps_IsNotPassed()
    {
        var rules = new BatchRules(16_384, 510, FewShapes: true);
        Assert.Equal(510, rules.PaddedLength(505));
    }
}
