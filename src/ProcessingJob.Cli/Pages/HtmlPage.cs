using System.Text;

namespace ProcessingJob.Cli.Pages;

/// <summary>
/// A page that is one file: style, script and pictures are inside, nothing is loaded, so that it opens offline and from a mail.
/// Light and dark follow the reader's system.
/// </summary>
sealed class HtmlPage(string title, string kicker)
{
    static readonly string Style = Resource("page.css"),
        Script = Resource("page.js");
    readonly StringBuilder _sections = new();

    /// <param name="heading">Plain text.</param>
    /// <param name="note">Plain text below the heading; may be empty.</param>
    /// <param name="body">HTML.</param>
    public HtmlPage Add(string heading, string note, string body)
    {
        _sections.Append($"<section><h2>{Html.Encode(heading)}</h2>");
        if (note.Length > 0)
        {
            _sections.Append($"<p>{Html.Encode(note)}</p>");
        }

        _sections.Append(body).Append("</section>\n");
        return this;
    }

    public string Build(string footer) =>
        $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
            <title>{Html.Encode(title)}</title>
            <style>
            {Style}</style>
            </head>
            <body>
            <main>
            <header><p>{Html.Encode(kicker)}</p><h1>{Html.Encode(title)}</h1></header>
            {_sections}<footer>{Html.Encode(footer)}</footer>
            </main>
            <div id="tip" hidden></div>
            <script>
            {Script}</script>
            </body>
            </html>

            """;

    static string Resource(string name)
    {
        using var stream = typeof(HtmlPage).Assembly.GetManifestResourceStream(name)!;
        return new StreamReader(stream).ReadToEnd();
    }
}
