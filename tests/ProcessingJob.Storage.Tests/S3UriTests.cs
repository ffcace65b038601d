using ProcessingJob.Contract;

namespace ProcessingJob.Storage.Tests;

public sealed class S3UriTests
{
    [Theory]
    [InlineData("s3://b", "b", "")]
    [InlineData("s3://b/", "b", "")]
    [InlineData("s3://b/x", "b", "x")]
    [InlineData("s3://b/x/", "b", "x/")]
    [InlineData("s3://b//x/", "b", "/x/")]
    [InlineData("s3://b/x//y", "b", "x//y")]
    public void Parse_Address_KeepsTheKeyAsWritten(string text, string bucket, string key)
    {
        Assert.Equal(new S3Uri(bucket, key), S3Uri.Parse(text, "input.data"));
        Assert.Equal(text.TrimEnd('/'), S3Uri.Parse(text, "input.data").ToString().TrimEnd('/'));
    }

    [Theory]
    [InlineData("S3://b/x", "fix: s3://b/x")]
    [InlineData("s3://", "expected s3://bucket/prefix/")]
    [InlineData("s3:///x", "expected s3://bucket/prefix/")]
    [InlineData("b/x", "expected s3://bucket/prefix/")]
    public void Parse_AnythingElse_IsRefusedUnderTheNameOfItsKey(string text, string message)
    {
        var e = Assert.Throws<PJobException>(() => S3Uri.Parse(text, "input.data"));
        Assert.Equal(ExitCode.BadSpec, e.ExitCode);
        Assert.StartsWith("input.data: found ", e.Message, StringComparison.Ordinal);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void IsS3_WrongCase_IsNotTakenForAFolder() => Assert.True(S3Uri.IsS3("S3://b/x"));

    [Theory]
    [InlineData("s3://b", "s3://b/a.csv")]
    [InlineData("s3://b/x", "s3://b/x/a.csv")]
    [InlineData("s3://b/x/", "s3://b/x/a.csv")]
    public void Append_Name_LiesBelow(string root, string expected) =>
        Assert.Equal(expected, S3Uri.Parse(root, "data").Append("a.csv").ToString());

    [Theory]
    [InlineData("s3://arn:aws:s3:us-east-1:123456789012:accesspoint/reviews/in/", "the ARN of an access point")]
    [InlineData("s3://reviews-abcdefghijkl-s3alias/in/", "the alias of an access point")]
    [InlineData("s3://reviews-abcdefghijkl--ol-s3/in/", "the alias of an access point")]
    [InlineData("s3://reviews--use1-az4--x-s3/in/", "a directory bucket (S3 Express One Zone)")]
    public void Parse_WhatIsNoBucket_IsRefusedByName(string text, string what)
    {
        var e = Assert.Throws<PJobException>(() => S3Uri.Parse(text, "input.data"));

        Assert.Equal(ExitCode.BadSpec, e.ExitCode);
        Assert.StartsWith($"input.data: found {what} in {text}, expected the name of a bucket", e.Message);
    }
}
