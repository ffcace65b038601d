using ProcessingJob.Tokenization.Unicode;

namespace ProcessingJob.Tokenization.Tests;

/// <summary>What Python 3's <c>str.lower</c> gives for these texts.</summary>
public sealed class LowerCaseTests
{
    [Theory]
    [InlineData("Hello, WORLD 42", "hello, world 42")]
    [InlineData("ÄÖÜ ẞ", "äöü ß")]
    // Full mapping: one code point becomes two.
    [InlineData("\u0130stanbul", "i\u0307stanbul")]
    // Beyond the basic plane: Deseret.
    [InlineData("\U00010400x", "\U00010428x")]
    // A sigma is final behind a letter and before none; marks and apostrophes between do not count.
    [InlineData("ΟΔΥΣΣΕΥΣ", "οδυσσευς")]
    [InlineData("ΣΑΣ ΣΑΣ.", "σας σας.")]
    [InlineData("Σ", "σ")]
    [InlineData("ΑΣ\u0301", "ας\u0301")]
    [InlineData("ΑΣ'Α", "ασ'α")]
    [InlineData("1Σ", "1σ")]
    [InlineData("\uD800A", "\uD800a")]
    public void Append_Text_IsPythons(string text, string expected)
    {
        var lower = new List<char>();
        LowerCase.Append(text, lower);
        Assert.Equal(expected, new string([.. lower]));
    }
}
