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
        "input.types: for csv, tsv and folders (input.partitions); columns of jsonl have the types of the file (found b.jsonl)"
    )]
    public void Cut_KeyThatMeansNothingInAFile_IsRefusedByName(string file, string yaml, string expected)
    {
        var spec = SpecReader.Parse(yaml, "job.yaml");
        var e = Assert.Throws<PJobException>(() => UnitCutter.Cut([new("a.csv", 5, "v"), new(file, 5, "v")], spec, "s", "m"));
        Assert.Equal((expected, ExitCode.BadSpec), (e.Message, e.ExitCode));
    }

    [Theory]
    [InlineData("input: { types: infer }")]
    [InlineData("input: { types: { '*': infer } }")]
    public void Parse_TypesToBeInferred_StandForAllColumns(string yaml)
    {
        var input = SpecReader.Parse(yaml, "job.yaml").Input;
        Assert.Equal([KeyValuePair.Create("*", "infer")], input.Types);
        Assert.True(input.InfersTypes);
        Assert.Equal(input.Types, SpecReader.Apply(new(), "input.types", "infer").Input.Types);
        Assert.Equal(
            [KeyValuePair.Create("n", "int8"), KeyValuePair.Create("*", "infer")],
            SpecReader.Apply(new(), "input.types", "n=int8,*=infer").Input.Types
        );
    }

    [Theory]
    [InlineData("input: { types: { '*': int8 } }", "input.types.*: found int8, expected infer: a type is for one column")]
    [InlineData("input: { types: { n: infer } }", "input.types.n: found the type 'infer'")]
    [InlineData("input: { types: guess }", "input.types: found 'guess', expected names with values")]
    public void Check_TypesThatAreNone_AreRefused(string yaml, string expected)
    {
        var e = Assert.Throws<PJobException>(() => SpecRules.Check(SpecReader.Parse(yaml, "job.yaml"), inContainer: true));
        Assert.Contains(expected, e.Message);
    }

    [Fact]
    public void Cut_TypesOfFolders_ArePossibleInAnyFormat()
    {
        var spec = SpecReader.Parse("input: { types: { year: int32 }, partitions: true }", "job.yaml");
        Assert.Single(UnitCutter.Cut([new("year=2024/a.parquet", 5, "v")], spec, "s", "m"));
    }

    [Fact]
    public void Cut_ArrowFile_IsOneUnit() => Assert.Single(UnitCutter.Cut([new("a.arrow", 1L << 30, "v")], new JobSpec(), "s", "m"));
}
