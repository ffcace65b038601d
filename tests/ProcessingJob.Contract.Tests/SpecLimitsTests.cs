using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Contract.Tests;

/// <summary>Addresses that are none, and texts that are no specs.</summary>
public sealed class SpecLimitsTests
{
    [Theory]
    [InlineData("arn:aws:s3:us-east-1:123456789012:accesspoint/reviews", "input.data: found the ARN arn:aws:s3:")]
    [InlineData("athena://select * from t", "UNLOAD the result to S3 as Parquet")]
    [InlineData("Redshift://cluster/query", "UNLOAD the result to S3 as Parquet")]
    [InlineData("gs://bucket/x", "input.data: gs:// is not supported, expected a path or s3://bucket/prefix/")]
    [InlineData("https://example.com/x.csv", "input.data: https:// is not supported")]
    [InlineData("hf://owner/name", "input.data: hf:// is not supported")]
    public void Check_AddressThatIsNoPath_IsRefusedByName(string data, string expected)
    {
        var e = Assert.Throws<PJobException>(() =>
            SpecRules.Check(
                new()
                {
                    Model = "hf://owner/name",
                    Input = new() { Data = data },
                }
            )
        );

        Assert.Equal(ExitCode.BadSpec, e.ExitCode);
        Assert.Contains(expected, e.Message);
        Assert.DoesNotContain("model:", e.Message);
    }

    [Theory]
    [InlineData("./a b/c.csv")]
    [InlineData("/data/x:y/*.csv")]
    [InlineData("s3://bucket/in/")]
    [InlineData("folder/a://b")]
    public void Check_PathOrS3_IsNotRefused(string data) =>
        SpecRules.Check(
            new()
            {
                Model = "m",
                Input = new() { Data = data, Format = InputFormat.Text },
            }
        );

    [Fact]
    public void Parse_ListsInLists_EndAtOnce()
    {
        var e = Assert.Throws<PJobException>(() => SpecReader.Parse($"name: {new string('[', 20_000)}", "job.yaml"));

        Assert.Equal(ExitCode.BadSpec, e.ExitCode);
        Assert.Contains("more than 64 deep", e.Message);
    }

    [Fact]
    public void Parse_BracketsInTexts_AreNoLists() =>
        Assert.Equal(
            $"{new string('[', 100)}'",
            SpecReader.Parse($"tokens: {{ prompt: \"{new string('[', 100)}'\" }}", "job.yaml").Tokens.Prompt
        );

    [Fact]
    public void Parse_SecondDocument_IsRefused()
    {
        var e = Assert.Throws<PJobException>(() => SpecReader.Parse("name: a\n---\nname: b\n", "job.yaml"));

        Assert.StartsWith("job.yaml:3: ", e.Message);
        Assert.Contains("found a second document", e.Message);
    }

    [Fact]
    public void Parse_ManyFaults_ShowsSomeAndCountsTheRest()
    {
        var e = Assert.Throws<PJobException>(() =>
            SpecReader.Parse(string.Concat(Enumerable.Range(0, 500).Select(i => $"k{i}: 1\n")), "job.yaml")
        );

        Assert.Equal(21, e.Message.Split('\n').Length);
        Assert.EndsWith("\nand 480 more faults", e.Message);
    }

    [Fact]
    public void Parse_TextThatIsNoSpec_IsRefusedByItsSize() =>
        Assert.Contains(
            "expected at most 1048576",
            Assert.Throws<PJobException>(() => SpecReader.Parse($"name: {new string('a', 2 << 20)}", "job.yaml")).Message
        );
}
