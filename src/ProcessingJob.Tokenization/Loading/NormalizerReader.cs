using ProcessingJob.Tokenization.Models;
using ProcessingJob.Tokenization.Pipeline;
using ProcessingJob.Tokenization.Unicode;

namespace ProcessingJob.Tokenization.Loading;

/// <summary>The normalizer section of tokenizer.json.</summary>
static class NormalizerReader
{
    public static List<Normalizer> Read(Json section)
    {
        var steps = new List<Normalizer>();
        Add(section, steps);
        return steps;
    }

    static void Add(Json step, List<Normalizer> into)
    {
        if (step.IsNull)
        {
            return;
        }

        switch (step["type"].Text)
        {
            case "Sequence":
                foreach (var inner in step["normalizers"].Items)
                {
                    Add(inner, into);
                }

                break;
            case "BertNormalizer":
                var lowercase = step["lowercase"].Flag(true);
                into.Add(
                    new BertNormalizer(
                        step["clean_text"].Flag(true),
                        step["handle_chinese_chars"].Flag(true),
                        step["strip_accents"].Flag(lowercase),
                        lowercase
                    )
                );
                break;
            case "Lowercase":
                into.Add(new Lowercase());
                break;
            case "NFC":
                into.Add(new UnicodeForm(NormalForm.Nfc));
                break;
            case "NFD":
                into.Add(new UnicodeForm(NormalForm.Nfd));
                break;
            case "NFKC":
                into.Add(new UnicodeForm(NormalForm.Nfkc));
                break;
            case "NFKD":
                into.Add(new UnicodeForm(NormalForm.Nfkd));
                break;
            case "StripAccents":
                into.Add(new StripAccents());
                break;
            case "Strip":
                into.Add(new Strip(step["strip_left"].Flag(true), step["strip_right"].Flag(true)));
                break;
            case "Nmt":
                into.Add(new Nmt());
                break;
            case "Prepend":
                into.Add(new Prepend(Vocabulary.CodePoints(step["prepend"].Text), step["prepend"].Text));
                break;
            case "Replace":
                var content = step["content"].Text;
                into.Add(
                    new Replace(
                        PatternReader.Read(step["pattern"], out var shown),
                        Vocabulary.CodePoints(content),
                        $"{shown} -> \"{content}\""
                    )
                );
                break;
            case "Precompiled":
                into.Add(ReadPrecompiled(step["precompiled_charsmap"]));
                break;
            case var other:
                throw Refusal.Unsupported(step.Where, $"normalizer {other}");
        }
    }

    static Precompiled ReadPrecompiled(Json map)
    {
        try
        {
            return new Precompiled(Convert.FromBase64String(map.Text));
        }
        catch (FormatException e)
        {
            throw Refusal.Broken(map.Where, $"no character map: {e.Message}");
        }
    }
}

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
