using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Contract.Tests;

/// <summary>What is said of keys of text files that cannot be, and that all that can be is allowed.</summary>
public sealed class CsvRulesTests
{
    const string NoDelimiter = "', expected auto, or one ASCII character that is no quote, escape or line break",
        NoEscape = "', expected one ASCII character that is no line break";

    [Theory]
    [InlineData("delimiter: '||'", "input.delimiter: found '||" + NoDelimiter)]
    [InlineData("delimiter: é", "input.delimiter: found 'é" + NoDelimiter)]
    [InlineData("delimiter: \"\\0\"", "input.delimiter: found '\0" + NoDelimiter)]
    [InlineData("delimiter: \"\\n\"", "input.delimiter: found '\n" + NoDelimiter)]
    [InlineData("delimiter: \"\\r\"", "input.delimiter: found '\r" + NoDelimiter)]
    [InlineData("delimiter: '\"'", "input.delimiter: found '\"" + NoDelimiter)]
    [InlineData("delimiter: '%', escape: '%'", "input.delimiter: found '%" + NoDelimiter)]
    [InlineData("quote: '\"\"'", "input.quote: found '\"\"', expected none, or one ASCII character that is no line break")]
    [InlineData("escape: ab", "input.escape: found 'ab" + NoEscape)]
    [InlineData("encoding: ebcdic", "input.encoding: found 'ebcdic', expected utf-8, ")]
    [InlineData("format: jsonl, quote: none", "input.quote: for csv and tsv; files of jsonl have none")]
    [InlineData("types: { n: 'decimal128(9, -2)' }", "input.types.n: found decimal128(9, -2), expected a scale of 0 or more")]
    [InlineData(
        "types: { n: binary }",
        "input.types.n: found binary, expected a type of numbers, bool, date32, timestamp, decimal128, uuid or"
    )]
    public void Check_WrongKey_IsSaidWithWhatWasExpected(string keys, string expected)
    {
        var e = Assert.Throws<PJobException>(() => Check(keys));

        Assert.StartsWith(expected, e.Message);
        Assert.DoesNotContain("\ninput.", e.Message);
    }

    [Theory]
    [InlineData("delimiter: auto")]
    [InlineData("delimiter: \"\\x7F\"")]
    [InlineData("delimiter: ';', escape: '%', quote: \"'\", format: csv")]
    [InlineData("quote: none, format: tsv")]
    [InlineData("encoding: latin-1")]
    [InlineData("types: infer")]
    [InlineData("types: { a: int8, b: uint64, c: string, d: bool, e: float, f: double, g: date32 }")]
    [InlineData("types: { h: 'timestamp[us]', i: 'decimal128(9, 0)', j: uuid }")]
    public void Check_RightKey_IsAllowed(string keys) => Check(keys);

    static void Check(string keys) => SpecRules.Check(SpecReader.Parse($"input: {{ text: t, {keys} }}", "job.yaml"), inContainer: true);
}
