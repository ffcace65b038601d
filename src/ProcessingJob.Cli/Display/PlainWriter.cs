using System.Globalization;
using System.Text;

namespace ProcessingJob.Cli.Display;

/// <summary>
/// Text of data, file names and AWS may hold what a terminal obeys: escapes, bells, carriage returns, marks that turn the direction of
/// writing. It is shown as \uXXXX, which in a JSON document is the same character.
/// </summary>
sealed class PlainWriter(TextWriter inner) : TextWriter(CultureInfo.InvariantCulture)
{
    const string ColorEnd = "\e[0m";

    public override Encoding Encoding => inner.Encoding;

    /// <summary>A writer that hands on to another what does no harm.</summary>
    public static TextWriter Before(TextWriter inner) => new PlainWriter(inner);

    /// <summary>What is really written to, for programs that move the cursor themselves.</summary>
    public static TextWriter Behind(TextWriter writer) => writer is PlainWriter plain ? plain.Behind() : writer;

    /// <summary>Writes a text in a color of the program's own.</summary>
    /// <param name="color">Its escape; empty: none.</param>
    public static void WriteColored(TextWriter writer, string color, string text)
    {
        if (color.Length == 0)
        {
            writer.Write(text);
        }
        else
        {
            Behind(writer).Write($"{color}{Clean(text)}{ColorEnd}");
        }
    }

    public static string Clean(string text)
    {
        var at = text.AsSpan().IndexOfAnyExceptInRange(' ', '~');
        while (at >= 0 && !IsObeyed(text, at))
        {
            var next = text.AsSpan(at + 1).IndexOfAnyExceptInRange(' ', '~');
            at = next < 0 ? -1 : at + 1 + next;
        }

        if (at < 0)
        {
            return text;
        }

        var clean = new StringBuilder(text, 0, at, text.Length + 16);
        for (; at < text.Length; at++)
        {
            _ = IsObeyed(text, at) ? clean.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[at]:x4}") : clean.Append(text[at]);
        }

        return clean.ToString();
    }

    public override void Write(char value) => inner.Write(IsObeyed(value) || value == '\r' ? Clean($"{value} ").TrimEnd(' ') : $"{value}");

    public override void Write(string? value) => inner.Write(Clean(value ?? ""));

    public override void Write(char[] buffer, int index, int count) => inner.Write(Clean(new string(buffer, index, count)));

    public override void Write(ReadOnlySpan<char> buffer) => inner.Write(Clean(buffer.ToString()));

    public override void WriteLine(string? value) => inner.WriteLine(Clean(value ?? ""));

    public override void Flush() => inner.Flush();

    TextWriter Behind() => inner;

    // A carriage return alone would let the rest of a line cover what stands before it.
    static bool IsObeyed(string text, int at) => text[at] == '\r' ? at + 1 >= text.Length || text[at + 1] != '\n' : IsObeyed(text[at]);

    static bool IsObeyed(char c) =>
        c
            is (< ' ' and not '\n' and not '\t' and not '\r')
                or (>= '\x7f' and <= '\x9f')
                or (>= '\u202a' and <= '\u202e')
                or (>= '\u2066' and <= '\u2069');
}
