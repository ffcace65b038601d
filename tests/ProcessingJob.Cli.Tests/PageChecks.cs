using System.Text.RegularExpressions;

namespace ProcessingJob.Cli.Tests;

/// <summary>What holds for every page.</summary>
static partial class PageChecks
{
    /// <summary>Nothing is loaded, and no text became markup or script.</summary>
    public static void AssertSelfContained(string html)
    {
        Assert.DoesNotMatch(@"(?i)\s(src|href)\s*=", Tags(html));
        Assert.DoesNotMatch(@"(?i)@import|url\(", html);
        Assert.DoesNotContain("http:", Tags(html));
        Assert.DoesNotContain("https:", Tags(html));
        Assert.Single(Regex.Matches(html, "<script"));
        Assert.DoesNotMatch(@"(?i)<[^>]*\son[a-z]+\s*=", Tags(html));
    }

    /// <summary>Opens the page in a browser, where there is one, and returns the document as it stands there.</summary>
    public static async Task<string?> OpenAsync(string file)
    {
        if (!Browser.TryFind(out _))
            return null;
        var (document, console) = await Browser.OpenAsync(file, TestContext.Current.CancellationToken);
        Assert.Empty(console);
        Assert.Contains("</html>", document);
        return document;
    }

    // Attribute values may say anything: they are left out.
    static string Tags(string html) => string.Concat(Tag().Matches(html).Select(m => Quoted().Replace(m.Value, "\"\"")));

    [GeneratedRegex("<[a-zA-Z!/](\"[^\"]*\"|[^>\"])*>")]
    private static partial Regex Tag();

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex Quoted();
}
