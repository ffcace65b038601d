namespace ProcessingJob.Samples.Tests;

public class SampleTextsTests
{
    static readonly List<string> Texts = [.. SampleTexts.Reviews(1, 3000)];

    [Fact]
    public void Reviews_TheNth_DependsOnSeedAndNumberOnly()
    {
        Assert.Equal(Texts.Take(50), SampleTexts.Reviews(1, 50));
        Assert.NotEqual(Texts.Take(50), SampleTexts.Reviews(2, 50));
    }

    [Fact]
    public void Reviews_Many_VaryInLengthAndScript()
    {
        var words = Texts.Select(text => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length).Order().ToList();
        Assert.InRange(words[0], 1, 6);
        Assert.InRange(words[words.Count / 2], 38, 52);
        Assert.InRange(words[^1], 350, 600);
        Assert.InRange(Texts.Count(text => text.Any(c => c > 'ÿ')) / (double)Texts.Count, 0.05, 0.09);
    }

    [Fact]
    public void DemoReviews_TheFile_IsWhatTheDemoPromises()
    {
        var bodies = DemoReviews.Bodies;
        Assert.InRange(bodies.Count, 520, 2000);
        Assert.Equal(bodies.Count, bodies.Distinct().Count());
        var words = bodies.Select(body => body.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length).ToList();
        Assert.InRange(words.Min(), 1, 3);
        Assert.InRange(words.Max(), 350, 420);
        foreach (var part in new[] { "\"", ",", "\n", "🐶", "ß", "ç", "¡", "の", "جد" })
        {
            Assert.Contains(bodies, body => body.Contains(part, StringComparison.Ordinal));
        }
    }
}
