using ProcessingJob.Tokenization.Models;
using ProcessingJob.Tokenization.Pipeline;
using ProcessingJob.Tokenization.Unicode;

namespace ProcessingJob.Tokenization.Loading;

/// <summary>Patterns of Replace and Split: literals, and regular expressions of one class with a repetition.</summary>
static class PatternReader
{
    public static IPattern Read(Json pattern, out string shown)
    {
        if (!pattern["String"].IsNull)
        {
            var literal = pattern["String"].Text;
            if (literal.Length == 0)
            {
                throw Refusal.Broken(pattern.Where, "the pattern is empty");
            }

            shown = $"\"{literal}\"";
            return new LiteralPattern(Vocabulary.CodePoints(literal));
        }

        var regex = pattern["Regex"].Text;
        shown = $"/{regex}/";
        return Parse(regex) ?? throw Refusal.Unsupported(pattern.Where, $"regular expression {regex}");
    }

    static RunPattern? Parse(string regex)
    {
        var (least, most) = (1, 1);
        if (regex.EndsWith('+') && regex.Length > 1)
        {
            (least, most, regex) = (1, int.MaxValue, regex[..^1]);
        }
        else if (
            regex.EndsWith(",}", StringComparison.Ordinal)
            && regex.LastIndexOf('{') is > 0 and var open
            && int.TryParse(regex.AsSpan(open + 1, regex.Length - open - 3), out var n)
            && n > 0
        )
        {
            (least, most, regex) = (n, int.MaxValue, regex[..open]);
        }

        return Class(regex) is { } member ? new RunPattern(member, least, most) : null;
    }

    static Func<int, bool>? Class(string regex)
    {
        if (regex is [var c] && !".^$|?*+()[]{}\\".Contains(c, StringComparison.Ordinal))
        {
            return x => x == c;
        }

        if (regex is ['[', not '^', .. var members, ']'])
        {
            return Members(regex[1..^1]);
        }

        return regex is ['\\', _] or ['\\', 'p', '{', _, '}'] ? Member(regex) : null;
    }

    static Func<int, bool>? Members(string members)
    {
        var all = new List<Func<int, bool>>();
        for (var i = 0; i < members.Length; )
        {
            var length =
                members[i] != '\\' ? 1
                : members.AsSpan(i).StartsWith(@"\p{") ? 5
                : 2;
            if (members[i] is '-' or '[' or '&' || i + length > members.Length || Member(members.Substring(i, length)) is not { } member)
            {
                return null;
            }

            all.Add(member);
            i += length;
        }

        return x => all.Exists(member => member(x));
    }

    static Func<int, bool>? Member(string one) =>
        one switch
        {
            @"\s" => static x => UnicodeTables.Is(x, CharFlags.PatternSpace),
            @"\p{L}" => static x => UnicodeTables.Is(x, CharFlags.Letter),
            @"\p{N}" => static x => UnicodeTables.Is(x, CharFlags.Number),
            @"\n" => static x => x == '\n',
            @"\r" => static x => x == '\r',
            @"\t" => static x => x == '\t',
            [var c] when c != '\\' => x => x == c,
            ['\\', var c] when !char.IsAsciiLetterOrDigit(c) => x => x == c,
            _ => null,
        };
}
