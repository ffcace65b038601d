using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Contract.Tests;

public sealed class RowBoundTests
{
    static readonly JobSpec Spec = new() { Input = new() { Text = ["body"] } };

    /// <summary>The shortest rows that can be kept fit exactly.</summary>
    [Theory]
    [InlineData(InputFormat.Text, "a\nb\nc", 3)]
    [InlineData(InputFormat.Csv, "a\nb\n", 2)]
    [InlineData(InputFormat.Jsonl, "{\"body\":1}\n{\"body\":2}\n{\"body\":3}", 3)]
    public void Of_ShortestRows_AreWithinTheBound(InputFormat format, string content, int rows) =>
        Assert.Equal(rows, RowBound.Of([Unit("a", format, content.Length)], Spec));

    [Fact]
    public void Of_BlankTextsThatAreKept_CountEveryByte()
    {
        var spec = Spec with { Input = Spec.Input with { Blank = BlankTexts.Embed } };

        Assert.Equal(4, RowBound.Of([Unit("a", InputFormat.Text, 3)], spec));
        Assert.Equal(1, RowBound.Of([Unit("a", InputFormat.Jsonl, "{}".Length)], spec));
    }

    [Theory]
    [InlineData("a.parquet", InputFormat.Parquet)]
    [InlineData("a.arrow", InputFormat.Arrow)]
    [InlineData("a.csv.gz", InputFormat.Csv)]
    [InlineData("a.jsonl.ZST", InputFormat.Jsonl)]
    public void Of_SizeThatSaysNothing_IsNull(string name, InputFormat format) =>
        Assert.Null(RowBound.Of([Unit("b.csv", InputFormat.Csv, 10), Unit(name, format, 10)], Spec));

    [Fact]
    public void Of_ARowAFile_CountsFiles() =>
        Assert.Equal(
            2,
            RowBound.Of(
                [Unit("a", InputFormat.Text, 1_000), Unit("b", InputFormat.Text, 1_000)],
                Spec with
                {
                    Input = new() { Rows = TextRows.File },
                }
            )
        );

    static WorkUnit Unit(string name, InputFormat format, long bytes) => WorkUnit.Create(name, format, 0, bytes, bytes, "v", "", "");
}
