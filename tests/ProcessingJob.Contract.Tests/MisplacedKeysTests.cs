using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Contract.Tests;

public class MisplacedKeysTests
{
    [Theory]
    [InlineData("a.jsonl", "input: { quote: \"'\" }", "input.quote: for csv and tsv; files of jsonl have none (found a.jsonl)")]
    [InlineData("a.txt", "input: { delimiter: ';' }", "input.delimiter: for csv and tsv; files of text have none (found a.txt)")]
    [InlineData("a.jsonl", "input: { escape: '%' }", "input.escape: for csv and tsv; files of jsonl have none (found a.jsonl)")]
    [InlineData(
        "a.parquet",
        "input: { encoding: latin-1 }",
        "input.encoding: for text files; texts of parquet are UTF-8 (found a.parquet)"
    )]
    [InlineData(
        "b.jsonl",
        "input: { types: { n: int32 } }",
        "input.types: for csv and tsv; columns of jsonl have the types of the file (found b.jsonl)"
    )]
    public void Cut_KeyThatMeansNothingInAFile_IsRefusedByName(string file, string yaml, string expected)
    {
        var spec = SpecReader.Parse(yaml, "job.yaml");
        var e = Assert.Throws<PJobException>(() => UnitCutter.Cut([new("a.csv", 5, "v"), new(file, 5, "v")], spec, "s", "m"));
        Assert.Equal((expected, ExitCode.BadSpec), (e.Message, e.ExitCode));
    }
}
