using System.Globalization;
using System.Text.Json;

namespace ProcessingJob.Contract.Columns;

/// <summary>Reads the text of a <see cref="ColumnType"/>.</summary>
sealed class TypeText(string text)
{
    static readonly Dictionary<string, TypeKind> Kinds = Enum.GetValues<TypeKind>()
        .ToDictionary(ColumnType.NameOf)
        .Concat([new("float64", TypeKind.Float64), new("float32", TypeKind.Float32), new("decimal", TypeKind.Decimal128)])
        .Concat([new("date", TypeKind.Date32), new("int", TypeKind.Int32), new("long", TypeKind.Int64)])
        .ToDictionary();
    int _at;

    public static bool IsPlain(string name) => name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    public ColumnType Read()
    {
        var type = Type();
        return Skip() == text.Length ? type : throw Fault("the end");
    }

    ColumnType Type()
    {
        var word = Word();
        if (!Kinds.TryGetValue(word.ToLowerInvariant(), out var kind))
        {
            throw new FormatException($"found the type '{word}', expected {string.Join(", ", Kinds.Keys.Order(StringComparer.Ordinal))}");
        }

        var type = new ColumnType(kind);
        switch (kind)
        {
            case TypeKind.FixedSizeBinary:
                return type with { Size = Number('[', ']') };
            case TypeKind.Time32 or TypeKind.Time64 or TypeKind.Duration:
                return type with { Unit = Unit(']') };
            case TypeKind.Timestamp:
                return Timestamp(type);
            case TypeKind.Decimal128 or TypeKind.Decimal256:
                return Decimal(type);
            case TypeKind.List or TypeKind.LargeList or TypeKind.FixedSizeList or TypeKind.Struct or TypeKind.Map:
                type = type with { Fields = [.. Fields()] };
                return kind == TypeKind.FixedSizeList ? type with { Size = Number('[', ']') } : type;
            default:
                return type;
        }
    }

    ColumnType Timestamp(ColumnType type)
    {
        Expect('[');
        type = type with { Unit = UnitOf(Word()) };
        if (Take(','))
        {
            Expect('t');
            Expect('z');
            Expect('=');
            var end = text.IndexOf(']', _at);
            type = type with { Zone = text[_at..(end < 0 ? throw Fault("']'") : end)] };
            _at = end;
        }

        Expect(']');
        return type;
    }

    ColumnType Decimal(ColumnType type)
    {
        Expect('(');
        var precision = Number();
        var scale = Take(',') ? Number() : 0;
        Expect(')');
        var most = type.Kind == TypeKind.Decimal128 ? 38 : 76;
        return precision >= 1 && precision <= most && Math.Abs(scale) <= precision
            ? type with
            {
                Precision = precision,
                Scale = scale,
            }
            : throw new FormatException(
                $"found {precision} digits and scale {scale}, expected 1 to {most} digits, the scale not above them"
            );
    }

    List<TypeField> Fields()
    {
        var fields = new List<TypeField>();
        Expect('<');
        while (!Take('>'))
        {
            if (fields.Count > 0)
            {
                Expect(',');
            }

            var name = Name();
            Expect(':');
            var type = Type();
            fields.Add(new(name, type, !TakeWord(" not null")));
        }

        return fields;
    }

    string Name()
    {
        if (Skip() == text.Length || text[_at] != '"')
        {
            return Word();
        }

        var end = _at + 1;
        while (end < text.Length && text[end] != '"')
        {
            end += text[end] == '\\' ? 2 : 1;
        }

        var quoted = end < text.Length ? text[_at..(end + 1)] : throw Fault("'\"'");
        _at = end + 1;
        return JsonSerializer.Deserialize<string>(quoted)!;
    }

    TimeUnit Unit(char close)
    {
        Expect('[');
        var unit = UnitOf(Word());
        Expect(close);
        return unit;
    }

    static TimeUnit UnitOf(string word) =>
        Enum.TryParse<TimeUnit>(word, ignoreCase: true, out var unit) && !char.IsAsciiDigit(word[0])
            ? unit
            : throw new FormatException($"found the unit '{word}', expected s, ms, us or ns");

    int Number(char open, char close)
    {
        Expect(open);
        var number = Number();
        Expect(close);
        return number;
    }

    int Number()
    {
        var sign = Take('-') ? -1 : 1;
        var word = Word();
        return int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? sign * number
            : throw Fault("a number");
    }

    string Word()
    {
        var start = Skip();
        while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] == '_'))
        {
            _at++;
        }

        return _at > start ? text[start.._at] : throw Fault("a name");
    }

    bool TakeWord(string word)
    {
        var found = string.CompareOrdinal(text, _at, word, 0, word.Length) == 0;
        _at += found ? word.Length : 0;
        return found;
    }

    bool Take(char c)
    {
        var found = Skip() < text.Length && text[_at] == c;
        _at += found ? 1 : 0;
        return found;
    }

    void Expect(char c)
    {
        if (!Take(c))
        {
            throw Fault($"'{c}'");
        }
    }

    int Skip()
    {
        while (_at < text.Length && text[_at] == ' ')
        {
            _at++;
        }

        return _at;
    }

    FormatException Fault(string expected) =>
        new($"found '{text[Math.Min(_at, text.Length)..]}' in the type '{text}', expected {expected}");
}
