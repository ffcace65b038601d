using System.Buffers;
using System.Text;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Data.Columns;

namespace ProcessingJob.Data.Reading;

/// <summary>What kind of value a csv field is, for input.types: infer. Numbers are only what JSON writes: 007 and +1 are texts.</summary>
static class TextKinds
{
    static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789"u8);

    /// <summary>The kind of a field; 0 for an empty one.</summary>
    public static ValueKinds Of(ReadOnlySpan<byte> field) =>
        field.IsEmpty ? 0
        : Ascii.EqualsIgnoreCase(field, "true"u8) || Ascii.EqualsIgnoreCase(field, "false"u8) ? ValueKinds.Bool
        : IsNumber(field) ? JsonNumbers.KindOf(field)
        : Is(field, ColumnType.Date) ? ValueKinds.Date
        : Is(field, ColumnType.Timestamp) ? ValueKinds.ZonedTime
        : Is(field, ColumnType.Timestamp with { Zone = null }) ? ValueKinds.LocalTime
        : ValueKinds.Other;

    /// <summary>Whether a value of the type, put back into text, could be this field: no zeros before, no digits more than held.</summary>
    public static bool IsExact(ReadOnlySpan<byte> field, ColumnType type) =>
        field.IsEmpty
        || (type.IsInteger ? IsNumber(field) : type.Kind != TypeKind.Float64 || (IsNumber(field) && JsonNumbers.IsDouble(field)));

    static bool Is(ReadOnlySpan<byte> field, ColumnType type)
    {
        const int shortest = 10,
            longest = 35;
        if (field.Length is < shortest or > longest || field[4] != '-')
        {
            return false;
        }

        using var value = TypedColumns.Create(type);
        return TextValues.TryAppend(field, type, value);
    }

    /// <summary>The grammar of JSON (RFC 8259, section 6), without -0, which no integer is.</summary>
    static bool IsNumber(ReadOnlySpan<byte> field)
    {
        var rest = field[0] == '-' ? field[1..] : field;
        var whole = CountDigits(rest);
        if (whole == 0 || (whole > 1 && rest[0] == '0') || field.SequenceEqual("-0"u8))
        {
            return false;
        }

        rest = rest[whole..];
        if (rest is [(byte)'.', ..])
        {
            var fraction = CountDigits(rest[1..]);
            if (fraction == 0)
            {
                return false;
            }

            rest = rest[(1 + fraction)..];
        }

        if (rest is [(byte)'e' or (byte)'E', ..])
        {
            rest = rest[1..];
            rest = rest is [(byte)'+' or (byte)'-', ..] ? rest[1..] : rest;
            return !rest.IsEmpty && CountDigits(rest) == rest.Length;
        }

        return rest.IsEmpty;
    }

    static int CountDigits(ReadOnlySpan<byte> text) => text.IndexOfAnyExcept(Digits) is >= 0 and var end ? end : text.Length;
}
