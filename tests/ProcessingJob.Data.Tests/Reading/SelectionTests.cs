using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Contract.Values;
using ProcessingJob.Data.Reading;

namespace ProcessingJob.Data.Tests;

/// <summary>Splits.</summary>
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
}
