using YamlDotNet.Core;

namespace ProcessingJob.Contract.Spec;

/// <summary>What is wrong with a text that is no YAML, for people who did not write a parser.</summary>
static class YamlFault
{
    public static string Describe(YamlException fault, string text, string name)
    {
        if (fault is SpecTextException)
        {
            return $"{name}:{Math.Max(1, fault.Start.Line)}: {fault.Message}";
        }

        var lines = text.ReplaceLineEndings("\n").Split('\n');
        var tab = Array.FindIndex(lines, l => l.TrimStart(' ').StartsWith('\t') && l.Trim().Length > 0);
        if (tab >= 0)
        {
            return $"{name}:{tab + 1}: not valid YAML: the line is indented with a tab; fix: indent with spaces";
        }

        var open = Array.FindIndex(lines, HasOpenQuote);
        if (open >= 0 && open < fault.Start.Line)
        {
            return $"{name}:{open + 1}: not valid YAML: a quote is not closed; fix: close it in the same line";
        }

        var line = (int)Math.Clamp(fault.Start.Line, 1, lines.Length);
        var where = $"{name}:{line}: not valid YAML";
        if (fault.Message.Contains("Duplicate key", StringComparison.OrdinalIgnoreCase))
        {
            return $"{where}: the key '{lines[line - 1].Split(':')[0].Trim()}' stands twice; fix: leave one of them";
        }

        // What stands behind the first ": " is the value.
        return lines[line - 1].Split(": ", 2) is [_, var value] && (value.Contains(": ", StringComparison.Ordinal) || value.EndsWith(':'))
            ? $"{where}: a ':' in a value; fix: put the value in quotes"
            : $"{where} at column {fault.Start.Column}; fix: one 'key: value' a line, keys of one section indented alike, texts "
                + "with special "
                + "characters in quotes";
    }

    static bool HasOpenQuote(string line)
    {
        var value = line.Split(": ", 2)[^1].Trim();
        return value.Length > 0 && value[0] is '"' or '\'' && value.Count(c => c == value[0]) == 1;
    }
}

/// <summary>What is YAML, or may be, and is refused all the same; the message is for the user.</summary>
sealed class SpecTextException(Mark place, string message) : YamlException(place, place, message)
{
    public SpecTextException(string message)
        : this(Mark.Empty, message) { }
}
