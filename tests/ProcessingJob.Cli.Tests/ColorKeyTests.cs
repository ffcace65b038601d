using ProcessingJob.Cli.Report;

namespace ProcessingJob.Cli.Tests;

public class ColorKeyTests
{
    static IReadOnlyDictionary<string, object?>[] Rows(string name, params object?[] values) =>
        [.. values.Select(v => new Dictionary<string, object?> { [name] = v })];

    [Fact]
    public void Choose_FewValues_HaveAColorEachInTheirOwnOrder()
    {
        var key = ColorKey.Choose(Rows("stars", "5", "10", "5", "1", null), ["stars"], null);
        Assert.Equal([(1, "1"), (2, "5"), (3, "10"), (4, "(none)")], key.Legend);
        Assert.Equal((2, 4), (key.Of("5"), key.Of(null)));
    }

    [Fact]
    public void Choose_ManyTexts_KeepsTheSevenMostFrequent()
    {
        var values = Enumerable.Range(0, 100).Select(i => (object?)(i < 50 ? $"shop {i % 7}" : $"rare {i}")).ToArray();
        var key = ColorKey.Choose(Rows("shop", values), ["shop"], "shop");
        Assert.Equal(8, key.Legend.Count);
        Assert.Equal((8, "50 others"), key.Legend[^1]);
        Assert.Equal(8, key.Of("rare 77"));
        Assert.InRange(key.Of("shop 3"), 1, 7);
    }

    [Fact]
    public void Choose_ManyNumbers_AreBinnedByRank()
    {
        var key = ColorKey.Choose(Rows("price", [.. Enumerable.Range(0, 100).Select(i => (object?)(double)(i * i))]), ["price"], null);
        Assert.Equal(5, key.Legend.Count);
        Assert.Equal([1, 2, 3, 4, 5], new[] { 0.0, 500, 2000, 4000, 9801 }.Select(v => key.Of(v)));
    }

    [Fact]
    public void Choose_NothingKept_HasOneColor()
    {
        var key = ColorKey.Choose(Rows("id", 1L, 2L), [], null);
        Assert.Equal((null, 1), (key.Column, key.Of(7)));
    }

    [Fact]
    public void ThatExplains_SeveralColumns_TakesTheOneThatSeparatesThePoints()
    {
        var rows = Enumerable
            .Range(0, 40)
            .Select(i =>
                (IReadOnlyDictionary<string, object?>)
                    new Dictionary<string, object?> { ["stars"] = $"{i % 2}", ["language"] = i < 20 ? "en" : "de" }
            )
            .ToArray();
        var points = Enumerable.Range(0, 40).Select(i => (X: i < 20 ? -1.0 : 1.0, Y: i % 3 * 0.01)).ToArray();
        var (key, explained) = ColorKey.ThatExplains(rows, ["stars", "language"], null, points);
        Assert.Equal("language", key.Column);
        Assert.InRange(explained, 0.99, 1);
        Assert.Equal("stars", ColorKey.ThatExplains(rows, ["stars", "language"], "stars", points).Key.Column);
    }
}
