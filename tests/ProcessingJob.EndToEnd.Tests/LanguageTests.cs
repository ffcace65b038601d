using System.Text.RegularExpressions;
using ProcessingJob.Testing;

namespace ProcessingJob.EndToEnd.Tests;

/// <summary>
/// Messages, help and pages are plain, short, international English: words that strangers stumbled over do not come back.
/// </summary>
public sealed partial class LanguageTests
{
    static readonly string[] Banned =
    [
        "so many",
        "heeded",
        "mend it",
        "mended",
        "nothing stands in the way",
        "ask someone who may",
        "Told ",
    ];

    public static TheoryData<string> Words => [.. Banned];

    [Theory, MemberData(nameof(Words))]
    public void Literals_BannedWord_IsInNone(string word)
    {
        var found = Directory
            .EnumerateFiles(Repo.File("src"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(File.ReadLines)
            .Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal))
            .SelectMany(line => Literal().Matches(line).Select(m => m.Value));
        Assert.DoesNotContain(found, literal => Regex.IsMatch(literal, $@"\b{Regex.Escape(word)}"));
    }

    [Theory, MemberData(nameof(Words))]
    public void Pages_BannedWord_IsInNone(string word)
    {
        var pages = Directory.GetFiles(Repo.File("docs"), "*.md").Append(Repo.File("README.md")).Append(Repo.File("infra", "README.md"));
        Assert.All(pages, page => Assert.DoesNotContain(word, File.ReadAllText(page), StringComparison.Ordinal));
    }

    /// <summary>What was found and what to do stand in one sentence: "…; fix: …". Descriptions of keys are prose.</summary>
    [Fact]
    public void Messages_OfTheLibraries_AreOneSentence()
    {
        var found = Directory
            .EnumerateFiles(Repo.File("src"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !OtherText().IsMatch(f))
            .SelectMany(File.ReadLines)
            .Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal))
            .SelectMany(line => Literal().Matches(line).Select(m => m.Value));
        Assert.DoesNotContain(found, literal => TwoSentences().IsMatch(literal));
    }

    /// <summary>Each command and option says what it is for, in a sentence without a period.</summary>
    [Fact]
    public void Help_OfTheCommandLine_EndsWithoutAPeriod()
    {
        var found = Directory
            .EnumerateFiles(Repo.File("src", "ProcessingJob.Cli"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(File.ReadLines)
            .Where(line => Description().IsMatch(line));
        Assert.Empty(found);
    }

    [GeneratedRegex("\"(?:[^\"\\\\]|\\\\.)*\"")]
    private static partial Regex Literal();

    [GeneratedRegex("/obj/|/ProcessingJob[.]Cli/|/ProcessingJob[.]Contract/Spec/")]
    private static partial Regex OtherText();

    [GeneratedRegex("[a-z)}]\\. [A-Z'][a-z]")]
    private static partial Regex TwoSentences();

    [GeneratedRegex("Description = \"[^\"]*\\.\"")]
    private static partial Regex Description();
}
