using System.Text.RegularExpressions;
using ProcessingJob.Testing;

namespace ProcessingJob.Cli.Tests;

/// <summary>What holds for every page.</summary>
static partial class PageChecks
{
    public const int PhoneWidth = 390,
        DesktopWidth = 1180;

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

    /// <summary>
    /// Opens the page at phone width in a browser, where there is one: no script fails, and nothing sticks out sideways. Where
    /// scripts/screenshots.sh has put axe-core, its rules (contrast, names, keyboard) find nothing either.
    /// </summary>
    public static async Task<string?> OpenAsync(string file)
    {
        if (!Browser.TryFind(out _))
        {
            return null;
        }

        await CheckAccessAsync(file);
        var measured = file + ".measured.html";
        File.WriteAllText(
            measured,
            File.ReadAllText(file)
                .Replace(
                    "</body>",
                    "<script>addEventListener('load', () => { const d = document.documentElement; d.dataset.overflow = "
                        + "d.scrollWidth - d.clientWidth; });</script></body>",
                    StringComparison.Ordinal
                )
        );
        var (document, console) = await Browser.OpenAsync(measured, PhoneWidth, TestContext.Current.CancellationToken);
        Assert.Empty(console);
        Assert.Contains("data-overflow=\"0\"", document);
        return document;
    }

    static async Task CheckAccessAsync(string file)
    {
        var axe = Repo.File("out", "axe", "node_modules", "axe-core", "axe.min.js");
        if (!File.Exists(axe))
        {
            return;
        }

        var examined = file + ".axe.html";
        var run =
            "axe.run().then(r => { document.documentElement.dataset.axe = r.passes.length + ' passed; ' "
            + "+ r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.target).join(' ')).join('; '); });";
        File.WriteAllText(
            examined,
            File.ReadAllText(file)
                .Replace(
                    "</body>",
                    $"<script>{File.ReadAllText(axe).Replace("</script>", "<\\/script>", StringComparison.Ordinal)}</script>"
                        + $"<script>{run}</script></body>",
                    StringComparison.Ordinal
                )
        );
        var (document, _) = await Browser.OpenAsync(examined, PhoneWidth, TestContext.Current.CancellationToken, waits: true);
        var found = AxeResult().Match(document).Groups[1].Value;
        Assert.Matches("^[1-9][0-9]* passed; $", found);
    }

    [GeneratedRegex("data-axe=\"([^\"]*)\"")]
    private static partial Regex AxeResult();

    // Attribute values may say anything: they are left out.
    static string Tags(string html) => string.Concat(Tag().Matches(html).Select(m => Quoted().Replace(m.Value, "\"\"")));

    [GeneratedRegex("<[a-zA-Z!/](\"[^\"]*\"|[^>\"])*>")]
    private static partial Regex Tag();

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex Quoted();
}
