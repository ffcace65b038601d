using System.Globalization;
using System.Net;
using System.Text;

namespace ProcessingJob.Cli.Pages;

/// <summary>Text and numbers in HTML.</summary>
static class Html
{
    /// <summary>Safe as content and in quoted attributes; control characters, which HTML forbids, become U+FFFD.</summary>
    public static string Encode(string? text)
    {
        var clean = new StringBuilder(text?.Length ?? 0);
        foreach (var rune in (text ?? "").EnumerateRunes())
        {
            clean.Append(Rune.IsControl(rune) && rune.Value is not ('\n' or '\r' or '\t') ? "\uFFFD" : rune.ToString());
        }

        return WebUtility.HtmlEncode(clean.ToString());
    }

    /// <summary>A number for coordinates and styles, at most three decimals.</summary>
    public static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    /// <summary>The start of a long text, cut between characters.</summary>
    public static string Shorten(string text, int length)
    {
        if (text.Length <= length)
        {
            return text;
        }

        var end = char.IsHighSurrogate(text[length - 1]) ? length - 1 : length;
        return text[..end].TrimEnd() + "…";
    }

    /// <summary>Large numbers on axes: 1200 is 1.2k.</summary>
    public static string Short(double value) =>
        Math.Abs(value) switch
        {
            >= 1e9 => Number(Math.Round(value / 1e9, 2)) + "G",
            >= 1e6 => Number(Math.Round(value / 1e6, 2)) + "M",
            >= 1e4 => Number(Math.Round(value / 1e3, 1)) + "k",
            _ => Number(
                Math.Round(
                    value,
                    Math.Abs(value) < 1 ? 3
                        : Math.Abs(value) < 10 ? 2
                        : 0
                )
            ),
        };

    /// <param name="head">Names of the columns.</param>
    /// <param name="rows">Plain texts.</param>
    /// <param name="texts">
    /// Number of columns with text, from the left; the others are numbers. The last of several, and those from the third on, may be long.
    /// </param>
    /// <param name="marked">Index of the row that stands out; -1 for none.</param>
    public static string Table(IReadOnlyList<string> head, IEnumerable<IReadOnlyList<string>> rows, int texts = 1, int marked = -1)
    {
        string Cell(string tag, string cell, int i) =>
            $"<{tag}{(i >= texts ? " class=\"n\"" : i > 0 && (i > 1 || i == texts - 1) ? " class=\"long\"" : "")}>{Encode(cell)}</{tag}>";
        var html = new StringBuilder("<div class=\"scroll\" tabindex=\"0\"><table><tr>")
            .AppendJoin("", head.Select((h, i) => Cell("th", h, i)))
            .Append("</tr>");
        foreach (var (index, row) in rows.Index())
        {
            html.Append(index == marked ? "<tr class=\"on\">" : "<tr>")
                .AppendJoin("", row.Select((c, i) => Cell("td", c, i)))
                .Append("</tr>");
        }

        return html.Append("</table></div>").ToString();
    }

    /// <summary>Names with values, small: lineage.</summary>
    public static string Pairs(IEnumerable<(string Name, string Value)> pairs) =>
        $"<dl class=\"pairs\">{string.Concat(pairs.Select(p => $"<dt>{Encode(p.Name)}</dt><dd>{Encode(p.Value)}</dd>"))}</dl>";

    /// <summary>Names with values, large: a summary.</summary>
    public static string Facts(IEnumerable<(string Name, string Value, string Note)> facts) =>
        "<dl class=\"facts\">"
        + string.Concat(facts.Select(f => $"<div><dt>{Encode(f.Name)}</dt><dd>{Encode(f.Value)}{Small(f.Note)}</dd></div>"))
        + "</dl>";

    static string Small(string note) => note.Length > 0 ? $"<small>{Encode(note)}</small>" : "";

    public static string Legend(IEnumerable<(int Color, string Name)> entries) =>
        $"<ul class=\"legend\">{string.Concat(entries.Select(e => $"<li><i class=\"b{e.Color}\"></i>{Encode(e.Name)}</li>"))}</ul>";
}
