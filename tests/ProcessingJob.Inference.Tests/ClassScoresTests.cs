using CsCheck;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Inference.Heads;

namespace ProcessingJob.Inference.Tests;

public class ClassScoresTests
{
    [Theory]
    [InlineData(ScoreFunction.Auto, null, 3, ScoreFunction.Softmax)]
    [InlineData(ScoreFunction.Auto, "single_label_classification", 2, ScoreFunction.Softmax)]
    [InlineData(ScoreFunction.Auto, "multi_label_classification", 3, ScoreFunction.Sigmoid)]
    [InlineData(ScoreFunction.Auto, "regression", 1, ScoreFunction.None)]
    [InlineData(ScoreFunction.Auto, null, 1, ScoreFunction.Sigmoid)]
    [InlineData(ScoreFunction.None, "multi_label_classification", 3, ScoreFunction.None)]
    public void Resolve_Model_FollowsTheReference(ScoreFunction asked, string? problem, int labels, ScoreFunction expected) =>
        Assert.Equal(expected, ClassScores.Resolve(asked, problem, labels));

    [Fact]
    public void Apply_HugeLogits_StaysFinite()
    {
        float[] logits = [1000, -1000, 999],
            scores = new float[3];
        ClassScores.Apply(ScoreFunction.Softmax, logits, scores);
        Assert.Equal(1, scores.Sum(), 1e-6);
        Assert.Equal(0.7310586, scores[0], 1e-6);
        ClassScores.Apply(ScoreFunction.Sigmoid, logits, scores);
        Assert.Equal([1f, 0f, 1f], scores);
    }

    [Fact]
    public void Top_AnyScores_EqualsAStableSort() =>
        Gen.Select(Gen.Int[-3, 3].Array[1, 12], Gen.Int[1, 15])
            .Sample(
                (values, count) =>
                {
                    float[] scores = [.. values.Select(v => v / 4f)];
                    var best = new ClassScore[count];
                    var found = ClassScores.Top(scores, best);
                    var expected = scores.Select((s, i) => new ClassScore(i, s)).OrderByDescending(s => s.Score).Take(count);
                    Assert.Equal(expected, best.Take(found));
                }
            );
}
