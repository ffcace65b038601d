using System.Text.Json.Nodes;
using ProcessingJob.Cli.Head;
using ProcessingJob.Cli.Outputs;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Cli.Tests;

public class CellTextTests
{
    [Theory]
    [InlineData("null", "null")]
    [InlineData("[1,2,3]", "[1,2,3]")]
    [InlineData("[1,2,3,4,5,6,7,8,9]", "[1, 2, 3, 4, …] (9)")]
    [InlineData("[]", "[]")]
    [InlineData("[[1,2],[3,4],[5,6]]", "3 vectors of 2: [[1,2], …]")]
    [InlineData(
        "[{\"label\":\"PER\",\"score\":0.987,\"start\":0,\"end\":3,\"text\":\"Ann\"},{\"label\":\"LOC\",\"score\":1,\"text\":\"Łódź\"}]",
        "PER \"Ann\" 0.99, LOC \"Łódź\" 1.00"
    )]
    public void Of_Value_IsShortAndReadable(string json, string expected) => Assert.Equal(expected, CellText.Of(JsonNode.Parse(json)));

    [Fact]
    public void Terms_SparseRow_NamesTheHeaviestFirst()
    {
        var row = JsonNode.Parse("""{"terms":[3,5,9],"values":[0.5,2.25,1.0]}""")!.AsObject();
        var spec = new JobSpec
        {
            Task = TaskKind.Sparse,
            Model = "nowhere",
            Output = new() { Names = [new("indices", "terms")] },
        };
        Assert.Equal("5 2.25, 9 1.00, 3 0.50", CellText.Terms(row, TermNames.Of(spec), spec));
    }
}
