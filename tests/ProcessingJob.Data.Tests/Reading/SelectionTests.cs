using ProcessingJob.Contract;

namespace ProcessingJob.Data.Tests;

/// <summary>Splits and balance.</summary>
public sealed class SelectionTests
{
    static readonly ValueMap<double> Shares = [new("train", 0.8), new("validation", 0.1), new("test", 0.1)];

    [Fact]
    public async Task Split_ManyRows_MeetsTheShares()
    {
        var text = "id,text\n" + string.Concat(Enumerable.Range(0, 20_000).Select(i => $"r{i},text {i}\n"));
        var options = Some.Options(Some.Input("text", "id"), new KeptColumn("id", ColumnType.String)) with { Split = Shares };
        var rows = await ReadRows.OfAsync(new MemorySource(text), InputFormat.Csv, options);
        Assert.InRange(rows.Splits.Count(s => s == 0), 15_700, 16_300);
        Assert.InRange(rows.Splits.Count(s => s == 1), 1_800, 2_200);
    }

    [Theory]
    // printf %s KEY | sha256sum: the first 16 digits as a fraction of 2^64.
    [InlineData("a", 0)] // ca97… = 0.791
    [InlineData("b", 0)] // 3e23… = 0.243
    [InlineData("1", 0)] // 6b86… = 0.420
    [InlineData("f", 0)] // 252f… = 0.145
    [InlineData("6", 2)] // e7f6… = 0.906
    public void Choose_Key_FollowsItsSha256(string key, int split) => Assert.Equal(split, new Splitter(Shares).Choose(key));

    [Fact]
    public async Task Split_NumberAndText_AreTheSameId()
    {
        var json = string.Concat(Enumerable.Range(0, 200).Select(i => $"{{\"id\":{i},\"text\":\"t\"}}\n"));
        var numbers = await ReadRows.OfAsync(
            new MemorySource(json),
            InputFormat.Jsonl,
            Some.Options(Some.Input("text", "id"), new KeptColumn("id", ColumnType.Int64)) with
            {
                Split = Shares,
            }
        );
        var texts = await ReadRows.OfAsync(
            new MemorySource(json),
            InputFormat.Jsonl,
            Some.Options(Some.Input("text", "id"), new KeptColumn("id", ColumnType.String)) with
            {
                Split = Shares,
            }
        );
        Assert.Equal(numbers.Splits, texts.Splits);
    }

    [Fact]
    public async Task Balance_Classes_DownToTheRarest()
    {
        var text =
            "stars,text\n"
            + string.Concat(
                Enumerable
                    .Range(0, 1000)
                    .Select(i => $"{(i % 10 == 0 ? 1 : i % 3 == 0 ? 2 : 5)},text {i}\n")
            )
            + "5,\n";
        var options = Some.Options(Some.Input("text", null, "stars"), new KeptColumn("stars", ColumnType.String)) with
        {
            Balance = "stars",
        };
        var rows = await ReadRows.OfAsync(new MemorySource(text), InputFormat.Csv, options);
        Assert.Equal([("1", 100), ("2", 100), ("5", 100)], rows.Kept.CountBy(k => k[0]).Select(c => (c.Key, c.Value)).Order());
        Assert.Equal(700, rows.Filtered);
        Assert.Equal(1001, rows.RecordsIn);
        Assert.Equal(rows.Texts, (await ReadRows.OfAsync(new MemorySource(text), InputFormat.Csv, options)).Texts);
        Assert.NotEqual(Enumerable.Range(0, 100), rows.Rows.Where((_, i) => rows.Kept[i][0] == "5").Select(r => (int)r));
    }

    [Fact]
    public async Task Balance_RowsWithoutAClass_AreLeftOutAndAreNoClass()
    {
        var text =
            string.Concat(Enumerable.Range(0, 100).Select(i => $"{{\"text\":\"t{i}\",\"c\":\"{i % 2}\"}}\n")) + "{\"text\":\"none\"}\n";
        var rows = await ReadRows.OfAsync(new MemorySource(text), InputFormat.Jsonl, Some.Options() with { Balance = "c" });
        Assert.Equal((100, 1), (rows.Texts.Count, (int)rows.Filtered));
    }

    [Fact]
    public async Task Balance_ColumnThatNoRowHas_FailsInsteadOfLeavingOutEverything()
    {
        var e = await Assert.ThrowsAsync<PJobException>(() =>
            ReadRows.OfAsync(new MemorySource("{\"text\":\"a\"}\n", "a.jsonl"), InputFormat.Jsonl, Some.Options() with { Balance = "c" })
        );
        Assert.Contains("no row from byte 0 to 13 has a value in 'c'", e.Message);
    }
}
