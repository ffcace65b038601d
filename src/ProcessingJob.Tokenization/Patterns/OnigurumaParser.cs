using System.Globalization;

namespace ProcessingJob.Tokenization.Patterns;

/// <summary>
/// Reads a regular expression in the syntax of Oniguruma (github.com/kkos/oniguruma, doc/RE, ONIG_SYNTAX_ONIGURUMA), which Hugging Face's
/// tokenizers use. What is not understood to the last detail is refused, never guessed.
/// </summary>
sealed class OnigurumaParser
{
    const int MaxDepth = 50;
    const int MaxRepeat = 1000;

    readonly int[] _pattern;
    int _at;
    int _depth;
    bool _ignoreCase;

    OnigurumaParser(string pattern) => _pattern = [.. pattern.EnumerateRunes().Select(rune => rune.Value)];

    /// <exception cref="FormatException">A construct that is not supported; the message names it.</exception>
    public static RegexNode Parse(string pattern)
    {
        var parser = new OnigurumaParser(pattern);
        var node = parser.Choice();
        return parser._at == parser._pattern.Length ? node : throw new FormatException("a parenthesis that closes nothing");
    }

    RegexNode Choice()
    {
        if (++_depth > MaxDepth)
        {
            throw new FormatException($"groups more than {MaxDepth} deep");
        }

        var parts = new List<RegexNode> { Sequence() };
        while (TryTake('|'))
        {
            parts.Add(Sequence());
        }

        _depth--;
        return parts is [var only] ? only : new ChoiceNode(parts);
    }

    RegexNode Sequence()
    {
        var parts = new List<RegexNode>();
        while (_at < _pattern.Length && Peek is not ('|' or ')'))
        {
            var part = Repeated(Atom());
            if (_ignoreCase && parts is [.., SetNode before] && part is SetNode after)
            {
                CaseFolding.RefuseLigature(before.Members, after.Members);
            }

            parts.Add(part);
        }

        return parts is [var only] ? only : new SequenceNode(parts);
    }

    RegexNode Repeated(RegexNode part)
    {
        while (_at < _pattern.Length)
        {
            var interval = false;
            int least,
                most;
            switch (Peek)
            {
                case '?':
                    (least, most) = (0, 1);
                    break;
                case '*':
                    (least, most) = (0, int.MaxValue);
                    break;
                case '+':
                    (least, most) = (1, int.MaxValue);
                    break;
                case '{':
                    (least, most) = Interval();
                    interval = true;
                    break;
                default:
                    return part;
            }

            _at++;
            if (part is AnchorNode or LookNode)
            {
                throw new FormatException("a repeated anchor or lookaround");
            }

            if (_ignoreCase && part is SetNode)
            {
                throw new FormatException("a repetition under (?i)");
            }

            var lazy = Peek == '?';
            var possessive = Peek == '+';
            if (interval && (lazy || possessive))
            {
                // Oniguruma reads a{2}? as (?:a{2})? and a{2}+ as (?:a{2})+, others do not.
                throw new FormatException("{…} followed by ? or +");
            }

            if (lazy || possessive)
            {
                _at++;
            }

            part = new RepeatNode(part, least, most, lazy);
            if (possessive)
            {
                part = new AtomicNode(part);
            }

            if (_at < _pattern.Length && Peek is '?' or '*' or '+' or '{')
            {
                throw new FormatException("a repetition of a repetition");
            }
        }

        return part;
    }

    /// <summary>{n}, {n,}, {n,m} or {,m}; stops before the closing brace.</summary>
    (int Least, int Most) Interval()
    {
        var end = Array.IndexOf(_pattern, '}', _at);
        var text = end < 0 ? "" : string.Concat(_pattern[(_at + 1)..end].Select(char.ConvertFromUtf32));
        var comma = text.IndexOf(',', StringComparison.Ordinal);
        var first = comma < 0 ? text : text[..comma];
        var second = comma < 0 ? text : text[(comma + 1)..];
        var least = first.Length == 0 && comma >= 0 ? 0 : Count(first);
        var most = second.Length == 0 && first.Length > 0 ? int.MaxValue : Count(second);
        if (most < least)
        {
            throw new FormatException($"{{{text}}}");
        }

        _at = end;
        return (least, most);

        int Count(string digits) =>
            int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n <= MaxRepeat
                ? n
                : throw new FormatException($"{{{text}}}, expected a repetition of at most {MaxRepeat}");
    }

    RegexNode Atom()
    {
        var c = _pattern[_at++];
        switch (c)
        {
            case '(':
                return Group();
            case '[':
                return new SetNode(Cased(new CharacterClass(this).Read()));
            case '.':
                return new SetNode(CodePointSet.Of('\n').Complement());
            case '^':
                return new AnchorNode(Anchor.LineStart);
            case '$':
                return new AnchorNode(Anchor.LineEnd);
            case '\\':
                return Escape();
            case '?' or '*' or '+' or '{':
                throw new FormatException("a repetition of nothing");
            default:
                return new SetNode(Cased(CodePointSet.Of(c)));
        }
    }

    RegexNode Escape()
    {
        switch (Peek)
        {
            case 'A':
                _at++;
                return new AnchorNode(Anchor.TextStart);
            case 'z':
                _at++;
                return new AnchorNode(Anchor.TextEnd);
            default:
                return new SetNode(Cased(EscapedSet(inBrackets: false)));
        }
    }

    RegexNode Group()
    {
        if (_ignoreCase)
        {
            throw new FormatException("a group under (?i)");
        }

        if (!TryTake('?'))
        {
            // Nothing refers back to what a group took.
            return Closed(Choice());
        }

        var kind = Next();
        switch (kind)
        {
            case ':':
                return Closed(Choice());
            case '=' or '!':
                return new LookNode(Closed(Choice()), Behind: false, Negated: kind == '!');
            case '>':
                return new AtomicNode(Closed(Choice()));
            case '<' when Peek is '=' or '!':
                var negated = Next() == '!';
                return new LookNode(Closed(Choice()), Behind: true, negated);
            case 'i' when TryTake(':'):
                _ignoreCase = true;
                var part = Choice();
                _ignoreCase = false;
                return Closed(part);
            default:
                throw new FormatException($"(?{char.ConvertFromUtf32(kind)}");
        }
    }

    RegexNode Closed(RegexNode part) => TryTake(')') ? part : throw new FormatException("a group that is not closed");

    CodePointSet Cased(CodePointSet set) => _ignoreCase ? CaseFolding.Close(set) : set;

    /// <summary>What stands behind a backslash.</summary>
    internal CodePointSet EscapedSet(bool inBrackets)
    {
        var word = inBrackets ? CharacterSets.WordInBrackets : CharacterSets.Word;
        var c = Next();
        return c switch
        {
            's' => CharacterSets.Space,
            'S' => CharacterSets.Space.Complement(),
            'd' => CharacterSets.Digit,
            'D' => CharacterSets.Digit.Complement(),
            'w' => word,
            'W' => word.Complement(),
            'p' or 'P' => Property(negated: c == 'P'),
            'n' => CodePointSet.Of('\n'),
            'r' => CodePointSet.Of('\r'),
            't' => CodePointSet.Of('\t'),
            'f' => CodePointSet.Of('\f'),
            'v' => CodePointSet.Of('\v'),
            'x' => CodePointSet.Of(Hexadecimal()),
            'u' => CodePointSet.Of(Digits(4)),
            _ when c < 128 && !char.IsAsciiLetterOrDigit((char)c) => CodePointSet.Of(c),
            _ => throw new FormatException($"\\{char.ConvertFromUtf32(c)}"),
        };
    }

    CodePointSet Property(bool negated)
    {
        if (!TryTake('{') || Array.IndexOf(_pattern, '}', _at) is < 0 and var _)
        {
            throw new FormatException("\\p without {…}");
        }

        if (TryTake('^'))
        {
            negated = !negated;
        }

        var end = Array.IndexOf(_pattern, '}', _at);
        var name = string.Concat(_pattern[_at..end].Select(char.ConvertFromUtf32));
        _at = end + 1;
        var set = CharacterSets.Property(name) ?? throw new FormatException($"\\p{{{name}}}");
        return negated ? set.Complement() : set;
    }

    /// <summary>xHH or x{H…}, after the x.</summary>
    int Hexadecimal()
    {
        if (!TryTake('{'))
        {
            // One byte: above 7F it would be a part of UTF-8.
            return Digits(2) is < 128 and var code ? code : throw new FormatException("\\x of a byte above 7F");
        }

        var end = Array.IndexOf(_pattern, '}', _at);
        var value = end > _at ? Digits(end - _at) : throw new FormatException("\\x{");
        _at = end + 1;
        return value;
    }

    int Digits(int count)
    {
        var digits = _at + count <= _pattern.Length ? string.Concat(_pattern[_at..(_at + count)].Select(char.ConvertFromUtf32)) : "";
        _at += count;
        return
            int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            && System.Text.Rune.IsValid(value)
            ? value
            : throw new FormatException($"the code point {digits}");
    }

    /// <summary>The code point at hand; -1 at the end.</summary>
    internal int Peek => _at < _pattern.Length ? _pattern[_at] : -1;

    internal int PeekAfter => _at + 1 < _pattern.Length ? _pattern[_at + 1] : -1;

    internal int Next() => _at < _pattern.Length ? _pattern[_at++] : throw new FormatException("an end where more is expected");

    internal bool TryTake(int c)
    {
        if (Peek != c)
        {
            return false;
        }

        _at++;
        return true;
    }
}
