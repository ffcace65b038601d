using System.Text;
using System.Text.Json;

namespace ProcessingJob.Contract.Tests;

public sealed class JsonFaultTests
{
    [Theory]
    [InlineData("<html>", "line 1, byte 1: '<' is an invalid start of a value")]
    [InlineData("{\"name\": \"a\",\n \"rows\": }", "line 2, byte 10: '}' is an invalid start of a value")]
    [InlineData("{\"name\": \"a\", \"rows\": \"many\"}", "line 1, byte 29: another kind of value than expected at $.rows")]
    [InlineData("{\"rows\": 3}", "no name")]
    [InlineData("null", "found null")]
    public void Of_RecordThatCannotBeRead_SaysPlaceAndReasonWithoutNamesOfDotNet(string json, string expected)
    {
        var fault = Assert.Throws<PJobException>(() => ContractJson.Read<Sample>(Encoding.UTF8.GetBytes(json), "a.json"));

        Assert.Equal($"a.json: damaged: {expected}", fault.Message);
    }

    [Fact]
    public void Of_TextThatEndsEarly_SaysThePlace()
    {
        var fault = Assert.Throws<PJobException>(() => ContractJson.Read<Sample>("{\"name\": \"a\", \"ro"u8, "a.json"));

        Assert.StartsWith("a.json: damaged: line 1, byte ", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("LineNumber", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_ElementOfAnotherKind_SaysNoMore()
    {
        using var json = JsonDocument.Parse("[1]");

        Assert.Equal(
            "another kind of value than expected",
            JsonFault.Of(Assert.ThrowsAny<InvalidOperationException>(() => json.RootElement.GetProperty("a")))
        );
    }

    sealed record Sample
    {
        public required string Name { get; init; }

        public int Rows { get; init; }
    }
}
